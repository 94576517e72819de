-- The claims that a new directory starts with.
INSERT INTO "claim_mappings" ("id", "claim", "expression", "in_access_token", "in_id_token", "priority") VALUES
  ('mintmark', 'mintmark', '{"v": 1}', true, true, 1000),
  ('tenant-selection', 'tenant_selection', 'selection', true, true, 1000),
  ('tenant-id', 'tenant_id', 'tenant.id', true, true, 900),
  ('tenant-roles', 'tenant_roles', 'has(membership.roles) ? membership.roles : binding.roles', true, false, 800),
  ('tenant-entitlements', 'tenant_entitlements', 'entitlements', true, false, 700);
