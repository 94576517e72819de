-- What the hook reads of the directory on the way of a call, it reads from these views and nowhere else. Their columns are a
-- contract (docs/existing-tables.md): where tenants, users or anything else of it live in tables of somebody else's, a view over those
-- takes the place of ours, by CREATE OR REPLACE VIEW. So instants have no precision of their own here. Statuses and modes keep their
-- enumerations: the planner knows how rare their values are, and no view can show others.
--
-- The planner sees through them: they cost nothing. They read with the rights of their owner, so whoever may read them needs no right
-- to the tables beneath.

CREATE VIEW mintmark_facts_users AS
  SELECT org_id, id, login, status FROM users;

CREATE VIEW mintmark_facts_memberships AS
  SELECT org_id, user_id, tenant_id, roles, is_default,
    valid_from::timestamptz AS valid_from, valid_until::timestamptz AS valid_until
  FROM memberships;

CREATE VIEW mintmark_facts_clients AS
  SELECT org_id, id, name, tenant_mode FROM clients;

CREATE VIEW mintmark_facts_client_bindings AS
  SELECT org_id, client_id, tenant_id, roles,
    valid_from::timestamptz AS valid_from, valid_until::timestamptz AS valid_until
  FROM client_bindings;

CREATE VIEW mintmark_facts_tenants AS
  SELECT id, name, status FROM tenants;

CREATE VIEW mintmark_facts_subscriptions AS
  SELECT id, tenant_id, plan_id, valid_from::timestamptz AS valid_from, valid_until::timestamptz AS valid_until
  FROM subscriptions;

CREATE VIEW mintmark_facts_plans AS
  SELECT id, rank FROM plans;

CREATE VIEW mintmark_facts_plan_features AS
  SELECT plan_id, feature_id, value FROM plan_features;

CREATE VIEW mintmark_facts_feature_grants AS
  SELECT id, tenant_id, org_id, user_id, feature_id, value,
    valid_from::timestamptz AS valid_from, valid_until::timestamptz AS valid_until
  FROM feature_grants;

-- A choice is remembered for whoever the view of users knows. Where that is our table, choices still go with their users.
ALTER TABLE "remembered_choices" DROP CONSTRAINT "remembered_choices_org_id_user_id_fkey",
  ADD CONSTRAINT "remembered_choices_user_check" CHECK (mintmark_is_id(org_id) AND mintmark_is_id(user_id));

CREATE FUNCTION mintmark_forget_choices_of_user() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
  AS $$
  BEGIN
    DELETE FROM remembered_choices WHERE org_id = OLD.org_id AND user_id = OLD.id;
    RETURN NULL;
  END $$;
REVOKE ALL ON FUNCTION mintmark_forget_choices_of_user() FROM PUBLIC;
CREATE TRIGGER mintmark_forget_choices_of_removed AFTER DELETE ON users
  FOR EACH ROW EXECUTE FUNCTION mintmark_forget_choices_of_user();
CREATE TRIGGER mintmark_forget_choices_of_renamed AFTER UPDATE OF org_id, id ON users
  FOR EACH ROW WHEN (OLD.org_id <> NEW.org_id OR OLD.id <> NEW.id) EXECUTE FUNCTION mintmark_forget_choices_of_user();
