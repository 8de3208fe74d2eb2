-- The log: one append-only table, one row that is its head, and the only function that writes them.

CREATE TABLE head (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    position bigint NOT NULL,
    hash bytea NOT NULL,
    log_id uuid NOT NULL,
    tails bigint[] NOT NULL  -- the last position of each partition; index 1 is partition 0
);

CREATE TABLE log (
    position bigint PRIMARY KEY,
    event_id uuid NOT NULL,
    origin text, origin_log uuid, origin_position bigint, origin_prev bigint, origin_hash bytea, origin_partition integer,
    stream text NOT NULL,
    stream_id uuid NOT NULL,
    version integer NOT NULL,
    type text NOT NULL,
    actor text NOT NULL,
    roles text[] NOT NULL,
    correlation_id uuid NOT NULL,
    causation_id uuid,
    command_id uuid,
    traceparent text,
    occurred_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    authority text,
    tags text[] NOT NULL,
    partition integer,
    prev bigint,
    data json NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT log_event_id UNIQUE (event_id)
);
CREATE UNIQUE INDEX log_version ON log (stream_id, stream, version) WHERE origin IS NULL;
CREATE UNIQUE INDEX log_origin ON log (origin_log, origin_position) WHERE origin IS NOT NULL;
CREATE INDEX log_told ON log (position) WHERE partition IS NOT NULL;
CREATE INDEX log_correlation ON log (correlation_id);

-- Appends n rows behind the head that the caller decided on. The lock on the head is held to the end of the transaction, so
-- positions are dense and commit in order. The chain: sha256(previous hash, position, prev (0 if none, -1 if private), digest).
CREATE FUNCTION append(
    guard bigint, n integer,
    event_ids uuid[], origins text[], origin_logs uuid[], origin_positions bigint[], origin_prevs bigint[], origin_hashes bytea[],
    origin_partitions integer[], streams text[], stream_ids uuid[], versions integer[], types text[], actors text[], roles text[],
    correlation_ids uuid[], causation_ids uuid[], command_ids uuid[], traceparents text[], occurred timestamptz[], recorded timestamptz[],
    authorities text[], tags text[], partitions integer[], datas json[], digests bytea[]
) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    h head%ROWTYPE;
    p bigint;
    pv bigint;
    prevs bigint[] := array_fill(NULL::bigint, ARRAY[greatest(n, 1)]);
    hashes bytea[] := array_fill(NULL::bytea, ARRAY[greatest(n, 1)]);
BEGIN
    SELECT * INTO h FROM head FOR UPDATE;
    IF h.position <> guard THEN
        RAISE EXCEPTION 'the head moved to %', h.position USING ERRCODE = 'LT001';
    END IF;
    IF n = 0 THEN
        RETURN h.position;
    END IF;
    p := h.position;
    FOR i IN 1..n LOOP
        p := p + 1;
        IF partitions[i] IS NULL THEN
            h.hash := sha256(h.hash || int8send(p) || int8send(-1) || digests[i]);
        ELSE
            pv := coalesce(h.tails[partitions[i] + 1], 0);
            h.tails[partitions[i] + 1] := p;
            prevs[i] := pv;
            h.hash := sha256(h.hash || int8send(p) || int8send(pv) || digests[i]);
        END IF;
        hashes[i] := h.hash;
    END LOOP;
    INSERT INTO log
    SELECT h.position + r.i, r.event_id, r.origin, r.origin_log, r.origin_position, r.origin_prev, r.origin_hash, r.origin_partition, r.stream,
           r.stream_id, r.version, r.type, r.actor, r.roles::text[], r.correlation_id, r.causation_id, r.command_id, r.traceparent, r.occurred_at,
           r.recorded_at, r.authority, r.tags::text[], r.partition, r.prev, r.data, r.hash
    FROM unnest(event_ids, origins, origin_logs, origin_positions, origin_prevs, origin_hashes, origin_partitions, streams, stream_ids, versions,
                types, actors, roles, correlation_ids, causation_ids, command_ids, traceparents, occurred, recorded, authorities, tags, partitions,
                prevs, datas, hashes) WITH ORDINALITY
         AS r(event_id, origin, origin_log, origin_position, origin_prev, origin_hash, origin_partition, stream, stream_id, version, type, actor,
              roles, correlation_id, causation_id, command_id, traceparent, occurred_at, recorded_at, authority, tags, partition, prev, data, hash, i);
    UPDATE head SET position = p, hash = h.hash, tails = h.tails;
    RETURN h.position;
END $$;

-- Locks the head and says where it is.
CREATE FUNCTION lock_head() RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT position FROM head FOR UPDATE $$;

-- Moves checkpoints from where their follower believes them to be; all, or an error.
CREATE FUNCTION advance(names text[], olds bigint[], news bigint[]) RETURNS integer LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    FOR i IN 1..cardinality(names) LOOP
        UPDATE checkpoint SET position = news[i], updated_at = now() WHERE name = names[i] AND position = olds[i];
        IF NOT FOUND THEN
            RAISE EXCEPTION 'checkpoint % is not at %', names[i], olds[i] USING ERRCODE = 'LT002';
        END IF;
    END LOOP;
    RETURN cardinality(names);
END $$;
