import type { Database } from '../../database/database.js';
import { writeAs, type Transaction } from '../../database/write-as.js';
import { endClient, endUser } from '../../directory/records/end-subject.js';
import { isId } from '../../claims/identifiers.js';
import { requireEverything } from '../authentication/admin-caller.js';
import { invalidFields, Problem } from '../problems/problem.js';
import type { FactsTable } from '../../directory/facts/replaced-views.js';
import { requireOwnTables } from '../records/read-only.js';
import { takeTurn } from '../records/record.service.js';
import type { Operation, OperationRequest } from '../requests/operation.js';
import { READING_PROBLEMS } from '../requests/reading-problems.js';
import { EndedClientDto, EndedUserDto } from './ended.dto.js';

interface Needs {
  readonly database: Database;
  readonly now: () => Date;
}

const OF_USERS: readonly FactsTable[] = ['users', 'memberships', 'feature_grants'];
const OF_CLIENTS: readonly FactsTable[] = ['clients', 'client_bindings'];

/** Ends a user or a client everywhere, in one call. */
export function deprovisioningOperations({ database, now }: Needs): readonly Operation[] {
  /** @throws Problem where there is nobody to end */
  const end = async <Ended extends object>(
    { caller, params }: OperationRequest,
    tables: readonly FactsTable[],
    work: (tx: Transaction, key: { readonly org: string; readonly id: string }) => Promise<Ended | undefined>,
  ): Promise<Ended> => {
    requireEverything(caller, 'directory:write');
    const { org, id } = params;
    if (!isId(org) || !isId(id))
      throw invalidFields([{ parameter: isId(org) ? 'id' : 'org', detail: 'must be an id' }]);
    await requireOwnTables(database, tables);
    const ended = await writeAs(database, caller.actor, (tx) => work(tx, { org, id }));
    if (ended === undefined) throw new Problem('not-found', 'there is nobody of this id');
    return ended;
  };
  const common = {
    ...({ method: 'POST', scope: 'directory:write', isForTenants: false } as const),
    problems: [...READING_PROBLEMS, 'invalid-fields', 'not-found', 'read-only'],
  } as const;
  return [
    {
      ...common,
      ...{ id: 'endUser', path: '/v1/users/{org}/{id}/end', tag: 'users' },
      summary: 'End a user: everything in every tenant, at once',
      description:
        'Suspends the user, ends memberships and grants that are in force, and removes those that have not begun. ' +
        'Sending it again changes nothing. Tokens that were minted before live on to their end.',
      answers: { 200: { description: 'What was ended, as it was before.', body: EndedUserDto } },
      handle: async (request) => ({
        status: 200,
        body: await end(request, OF_USERS, (tx, key) => endUser(tx, key, now())),
      }),
    },
    {
      ...common,
      ...{ id: 'endClient', path: '/v1/clients/{org}/{id}/end', tag: 'clients' },
      summary: 'End a client: everything in every tenant, at once',
      description:
        'Ends bindings that are in force, removes those that have not begun, and sets the tenant mode to "choose", which ' +
        'gives no tenant without a binding. Sending it again changes nothing.',
      answers: { 200: { description: 'What was ended, as it was before.', body: EndedClientDto } },
      handle: async (request) => ({
        status: 200,
        body: await end(request, OF_CLIENTS, async (tx, key) => {
          await takeTurn(tx);
          return endClient(tx, key, now());
        }),
      }),
    },
  ];
}
