import type { FileFault } from '../../config/file-fault.js';
import { readYamlFile } from '../../config/yaml-file.js';
import { buildClients } from './build-clients.js';
import { buildHookKeys } from './build-hook-keys.js';
import { buildHooks } from './build-hooks.js';
import { buildGroups, buildUsers } from './build-people.js';
import { buildServers } from './build-servers.js';
import { freezeDeep } from './freeze-deep.js';
import { generatedId } from './generated-id.js';
import { emptyNames, type Report } from './name-index.js';
import { OrgFileDto } from './org-file.dto.js';
import { OrgRefusedError } from './org-refused-error.js';
import type { Org } from './org.js';

/**
 * Reads the file of an org: YAML 1.2, or JSON.
 *
 * @throws OrgRefusedError with every fault, its path and its line
 */
export function readOrgFile(text: string): Org {
  const file = readYamlFile(text, {
    type: OrgFileDto,
    description: 'an object with "version: 1", an "org" and lists such as "clients"',
  });
  if (file.kind === 'faults') throw new OrgRefusedError(file.faults);
  const faults: FileFault[] = [];
  const org = buildOrg(file.content, (path, problem) => faults.push(file.fault(path, problem)));
  if (faults.length > 0) throw new OrgRefusedError(faults);
  return freezeDeep(org);
}

/** In this order, since each part may refer to those before it. */
function buildOrg({ org, switches, ...lists }: OrgFileDto, report: Report): Org {
  const names = emptyNames(report);
  const groups = buildGroups(lists.groups, names);
  const users = buildUsers(lists.users, names);
  const clients = buildClients(lists.clients, users, names);
  const hookKeys = buildHookKeys(lists.hookKeys, names);
  const inlineHooks = buildHooks(lists.inlineHooks, { hookKeys, names, switches });
  const servers = buildServers(lists.authorizationServers, names);
  const { name, subDomain, id = generatedId('00o', subDomain) } = org;
  return {
    ...{ id, name, subDomain, servers, clients, users, groups, inlineHooks, hookKeys },
    trustedOrigins: lists.trustedOrigins,
    switches,
  };
}
