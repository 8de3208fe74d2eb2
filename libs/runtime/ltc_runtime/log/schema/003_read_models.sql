-- Which read models the tables hold, as a digest that a process makes from its code. A process whose code fills other ones must
-- not append: it would leave rows out, or write them in the old meaning. It says in `ltc.models` which ones it fills.
ALTER TABLE head ADD COLUMN models text;

CREATE FUNCTION same_models() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF current_setting('ltc.models', true) <> OLD.models THEN
        RAISE EXCEPTION 'the read models here are of another version of this service' USING ERRCODE = 'LT003';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER same_models BEFORE UPDATE OF position ON head FOR EACH ROW EXECUTE FUNCTION same_models();
