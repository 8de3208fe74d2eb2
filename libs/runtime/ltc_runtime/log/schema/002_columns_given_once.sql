-- Most columns of a batch hold one value (the time, who acts, what was not heard); sending and reading it once per row cost
-- more than the insert itself.
CREATE FUNCTION spread(given anyarray, n integer) RETURNS anyarray LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE WHEN cardinality(given) = n THEN given ELSE array_fill(given[1], ARRAY[n]) END $$;

-- Appends n rows behind the head that the caller decided on. The lock on the head is held to the end of the transaction, so
-- positions are dense and commit in order. The chain: sha256(previous hash, position, prev (0 if none, -1 if private), digest).
-- A column may come as one value for all rows, or as NULL.
CREATE OR REPLACE FUNCTION append(
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
    told_in integer[] := spread(partitions, n);
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
        IF told_in[i] IS NULL THEN
            h.hash := sha256(h.hash || int8send(p) || int8send(-1) || digests[i]);
        ELSE
            pv := coalesce(h.tails[told_in[i] + 1], 0);
            h.tails[told_in[i] + 1] := p;
            prevs[i] := pv;
            h.hash := sha256(h.hash || int8send(p) || int8send(pv) || digests[i]);
        END IF;
        hashes[i] := h.hash;
    END LOOP;
    INSERT INTO log
    SELECT h.position + r.i, r.event_id, r.origin, r.origin_log, r.origin_position, r.origin_prev, r.origin_hash, r.origin_partition, r.stream,
           r.stream_id, r.version, r.type, r.actor, r.roles::text[], r.correlation_id, r.causation_id, r.command_id, r.traceparent, r.occurred_at,
           r.recorded_at, r.authority, r.tags::text[], r.partition, r.prev, r.data, r.hash
    FROM unnest(event_ids, spread(origins, n), spread(origin_logs, n), spread(origin_positions, n), spread(origin_prevs, n),
                spread(origin_hashes, n), spread(origin_partitions, n), spread(streams, n), stream_ids, versions, spread(types, n),
                spread(actors, n), spread(roles, n), spread(correlation_ids, n), spread(causation_ids, n), spread(command_ids, n),
                spread(traceparents, n), spread(occurred, n), spread(recorded, n), spread(authorities, n), spread(tags, n), told_in,
                prevs, datas, hashes) WITH ORDINALITY
         AS r(event_id, origin, origin_log, origin_position, origin_prev, origin_hash, origin_partition, stream, stream_id, version, type, actor,
              roles, correlation_id, causation_id, command_id, traceparent, occurred_at, recorded_at, authority, tags, partition, prev, data, hash, i);
    UPDATE head SET position = p, hash = h.hash, tails = h.tails;
    RETURN h.position;
END $$;
