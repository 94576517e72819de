import type { Path } from '../../config/file-fault.js';
import { buildRules, type RulePlace } from './build-rules.js';
import { generatedId } from './generated-id.js';
import { inPriorityOrder, type Prioritized } from './in-priority-order.js';
import { NameIndex } from './name-index.js';
import type { Policy } from './org.js';
import type { PolicyDto } from './policy-file.dto.js';

/** The access policies of a server, in the order of their priority (okta/authorization-server.md section 7). */
export function buildPolicies(dtos: readonly PolicyDto[], place: RulePlace): readonly Policy[] {
  const { report } = place.names;
  const index = new NameIndex('policy of this server', report);
  return inPriorityOrder(dtos, [...place.path, 'policies'], report).map((prioritized) => {
    const policy = buildPolicy(prioritized, place);
    index.add(policy, prioritized.path);
    return policy;
  });
}

function buildPolicy({ item: dto, path, priority }: Prioritized<PolicyDto>, place: RulePlace): Policy {
  const id = dto.id ?? generatedId('00p', place.serverId, dto.name);
  return {
    ...{ id, name: dto.name, status: dto.status, priority },
    clients: buildClients(dto.clients, [...path, 'clients'], place),
    rules: buildRules(dto.rules, { ...place, path, policyId: id }),
  };
}

function buildClients(references: readonly string[], path: Path, { names }: RulePlace): readonly string[] {
  if (!references.includes('ALL_CLIENTS')) return names.clients.findAll(references, path);
  if (references.length > 1) names.report(path, 'has ALL_CLIENTS and others: ALL_CLIENTS stands alone');
  return ['ALL_CLIENTS'];
}
