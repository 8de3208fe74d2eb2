-- A topic that was wiped gives the same offsets to other messages: what is set aside is told apart by what it holds, too.
-- (On a new database the table is not there yet and is made as it should be. Rows from before keep an empty digest.)
DO $$ BEGIN
    IF to_regclass('public.set_aside') IS NOT NULL THEN
        ALTER TABLE set_aside ADD COLUMN digest bytea NOT NULL DEFAULT ''::bytea;
        ALTER TABLE set_aside ALTER COLUMN digest DROP DEFAULT;
        ALTER TABLE set_aside DROP CONSTRAINT set_aside_pkey, ADD PRIMARY KEY (topic, partition, "offset", digest);
    END IF;
END $$;
