-- A change of a plan is announced for the tenants that have it. Which those are, the hook reads from the view of subscriptions, and so do the
-- triggers from now on: where that view shows a table of the product's own, tenants would otherwise keep what the plan gave them before.
DROP FUNCTION mintmark_announce_plans() CASCADE;
DROP FUNCTION mintmark_announce_plan_features() CASCADE;

SELECT mintmark_announce_table('plans', $$
  SELECT DISTINCT jsonb_build_array('tenant', s.tenant_id)
  FROM touched JOIN mintmark_facts_subscriptions AS s ON s.plan_id = touched.id$$);
SELECT mintmark_announce_table('plan_features', $$
  SELECT DISTINCT jsonb_build_array('tenant', s.tenant_id)
  FROM touched JOIN mintmark_facts_subscriptions AS s ON s.plan_id = touched.plan_id$$);
