import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { REQUEST_BYTES_LIMIT } from '../../src/cli/replay/answer-locally.js';
import { BODY_LIMIT_BYTES } from '../../src/hook-service/read-body.js';
import { runCliProcess, type CliEnding, type CliRun } from '../support/cli-process.js';
import { startHookServer, type ReceivedCall } from '../support/hook-server.js';
import { examplePayload, withMembers } from '../support/payloads.js';
import { readXml } from '../support/read-xml.js';
import { runCliHere } from '../support/run-cli-here.js';
import { onTeardown } from '../support/teardown.js';
import { HEADER, NOW, SECRETS, startTestHook } from '../support/test-hook.js';

// The command line in processes of its own, against running hooks: Mintmark's, and a foreign one that does everything wrong.

const PAYLOADS = resolve('examples/payloads');
const AT = new Date(NOW).toISOString();

const folder = await mkdtemp(join(tmpdir(), 'mintmark-replay-'));
onTeardown(() => rm(folder, { recursive: true, force: true }));

const hook = await startTestHook();
await writeFile(join(folder, 'ca.pem'), hook.ca);
await writeFile(join(folder, 'secret.txt'), `${SECRETS.all}\n`);

/** Whoever has to wait for a busy machine is not what this is about. */
const PATIENT = ['--budget', '20000'];

const TO_HOOK = [
  ...PATIENT,
  ...['--url', hook.service.url, '--ca', join(folder, 'ca.pem')],
  ...['--header', `${HEADER}=@${join(folder, 'secret.txt')}`],
];
const LOCALLY = ['--local', '--at', AT];
const DATABASE = { DATABASE_URL: hook.databaseUrl };

function mintmark(parameters: readonly string[], run: Partial<CliRun> = {}): Promise<CliEnding> {
  return runCliProcess(parameters, { cwd: folder, ...run });
}

interface Here {
  readonly variables?: Readonly<Record<string, string>>;
  readonly input?: string;
  readonly listenForInterruption?: () => AbortSignal;
}

/** The same in this process, which is quicker than starting one; files are named from the root. */
async function run(
  parameters: readonly string[],
  { variables = {}, ...more }: Here = {},
): Promise<CliEnding> {
  return runCliHere({ parameters, environment: variables, ...more });
}

interface ResultLine {
  readonly call: string;
  readonly passed: boolean;
  readonly failures: readonly string[];
  readonly status: number;
  readonly outcome: string;
  readonly selection: { readonly outcome: string; readonly tenant: string | null } | null;
  readonly operations: number;
  readonly bytes: number;
  readonly response: unknown;
  readonly claims: Readonly<Record<string, { readonly changes: readonly { readonly name: string }[] }>>;
  readonly findings?: readonly { readonly level: string; readonly rule: string; readonly words: string }[];
}

/** The results of `--json`, and the figures of the last line. */
function results({ out, err }: CliEnding): {
  readonly lines: readonly ResultLine[];
  readonly summary: unknown;
} {
  if (out === '') throw new Error(err);
  const lines = out.trim().split('\n');
  const last = JSON.parse(lines.pop() ?? '') as { readonly summary: unknown };
  const parsed = lines.map((line) => JSON.parse(line) as ResultLine);
  // How slow an answer was says more of the machine than of the hook.
  const steady = parsed.map((line) => ({
    ...line,
    findings: line.findings?.filter(({ rule }) => rule !== '8') ?? [],
  }));
  return { lines: steady, ...last };
}

/** Calls on one line each, each with its own event id. */
function callLines(ids: readonly string[]): string {
  return ids
    .map((eventId) => JSON.stringify({ ...examplePayload('request_13_rich_claims'), eventId }))
    .join('\n');
}

/** A hook that answers by the event id of the call. */
async function foreignHook(respond: (id: string, call: ReceivedCall) => Reply) {
  return startHookServer((response, call) => {
    const { eventId } = JSON.parse(call.body) as { readonly eventId: string };
    const { status = 200, body, headers = {} } = respond(eventId, call);
    if (body === undefined) return;
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
}

interface Reply {
  readonly status?: number;
  /** Nothing is ever answered where there is none. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

describe('mintmark samples', () => {
  it('builds payloads that the hook takes, from standard input', async () => {
    const built = await mintmark([
      ...['samples', 'build', 'client-credentials', '--client', '0oa3w6e8DvKyPu2Na1d7'],
      ...['--scope', 'orders:read', '--set', 'data.access.claims.region=eu'],
    ]);
    expect(built).toMatchObject({ code: 0, err: '' });
    const { lines } = results(await mintmark(['replay', '-', ...TO_HOOK, '--json'], { input: built.out }));
    expect(lines).toMatchObject([
      { call: '-#1', passed: true, outcome: 'stamped', selection: { outcome: 'bound', tenant: 'blue' } },
    ]);
  });

  it('lists what there is, and explains what there is not', async () => {
    const [list, variant, path, unset] = await Promise.all([
      run(['samples', 'list', '--json']),
      run(['samples', 'show', 'client-credential']),
      run(['samples', 'build', 'implicit', '--set', 'data.acces.claims.x=1']),
      run(['samples', 'build', 'implicit', '--unset', 'data.context.session', '--unset', 'data.identity']),
    ]);
    expect(JSON.parse(unset.out)).toMatchObject({ data: { context: { policy: {} }, access: {} } });
    expect(unset.out).not.toMatch(/"(?:session|identity)"/);
    expect(JSON.parse(list.out)).toHaveLength(15);
    expect(variant).toEqual({
      code: 64,
      out: '',
      err: 'There is no sample "client-credential". Did you mean client-credentials?\n',
    });
    expect(path).toMatchObject({ code: 64, out: '' });
    expect(path.err).toContain('Did you mean data.access.claims.x?');
  });
});

describe('mintmark replay', () => {
  it('sends every payload of a folder in order, and says what became of each', async () => {
    const { lines, summary } = results(await mintmark(['replay', PAYLOADS, ...TO_HOOK, '--json']));
    expect(lines.map(({ call }) => call)).toEqual(
      (await readdir(PAYLOADS))
        .filter((name) => name.startsWith('request_'))
        .map((name) => join(PAYLOADS, name)),
    );
    expect(lines.map(({ outcome, selection }) => [outcome, selection?.outcome, selection?.tenant])).toEqual([
      ['stamped', 'hinted', 'blue'],
      ['stamped', 'bound', 'green'],
      ['stamped', 'bound', 'green'],
      ['stamped', 'default', 'green'],
      ['stamped', 'default', 'green'],
      // Of the chain that the first one began.
      ['stamped', 'remembered', 'blue'],
      ['stamped', 'bound', 'blue'],
      ['stamped', 'default', 'green'],
      ['stamped', 'bound', 'green'],
      ['stamped', 'bound', 'green'],
      ['stamped', 'default', 'green'],
      ['stamped', 'default', 'green'],
      ['stamped', 'hinted', 'blue'],
      ['unchanged', undefined, undefined],
    ]);
    expect(lines[6]).toMatchObject({
      ...{ status: 200, operations: 6, passed: true, failures: [], findings: [] },
      claims: {
        access: {
          before: { lifetimeSeconds: 3600 },
          changes: expect.arrayContaining([
            { name: 'tenant_id', change: 'added', before: '', after: '"blue"' },
          ]),
        },
      },
    });
    expect(summary).toMatchObject({
      passed: 14,
      failed: 0,
      leftOut: 16,
      outcomes: { stamped: 13, unchanged: 1 },
    });
  });

  it('shows a table with the claims that change, and ends with how many passed', async () => {
    const { code, out, err } = await mintmark([
      ...['replay', ...TO_HOOK, '--filter', 'grant=client_*', '--filter', 'request_07'],
      ...[join(PAYLOADS, 'request_07_client_credentials.json'), PAYLOADS],
    ]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^ +STATUS +TIME +OUTCOME +TENANT +OPERATIONS +BYTES +CALL\n/);
    expect(out).toMatch(
      /✓ 200 +[\d.]+ of 20000 ms +stamped +blue \(bound\) +6 +\d+ +\S+request_07_client_credentials\.json\n/,
    );
    expect(out).toMatch(/\n {4}Access token +before the hook +after the hook\n/);
    expect(out).toMatch(/\n {4}\+ tenant_id +"blue"\n/);
    expect(out).not.toContain('"api://acme-orders"');
    expect(out).toMatch(/\n2 passed, 0 failed\n$/);
  });

  it('answers from the database by the hook’s own code, as the hook does', async () => {
    const compared = await mintmark(
      [
        ...['replay', PAYLOADS, ...LOCALLY, '--exact-lifetimes', '--json', ...PATIENT],
        ...['--against', hook.service.url, '--against-ca', 'ca.pem'],
        ...['--against-header', `${HEADER}=env:HOOK_SECRET`],
      ],
      { variables: { ...DATABASE, HOOK_SECRET: SECRETS.all } },
    );
    expect(compared).toMatchObject({ code: 0, err: '' });
    expect(results(compared).summary).toMatchObject({ passed: 14, failed: 0 });
  });

  it('says of a call that is not stamped why, and what mode enforce would say', async () => {
    const payload = examplePayload('request_07_client_credentials');
    const shadow = withMembers(payload, {
      'data.context.protocol.issuer.uri': 'https://login.acme.example/oauth2/aus3s5h7ShAdOw9Yz1d7',
    });
    const input = [shadow, withMembers(payload, { 'data.context.protocol.issuer.uri': 'https://nobody' })]
      .map((call) => JSON.stringify({ id: 'inv_1', payload: call }))
      .join('\n');
    const parameters = ['replay', '-', ...LOCALLY];
    const [now, enforced] = await Promise.all([
      run(parameters, { variables: DATABASE, input }),
      run([...parameters, '--enforce', '--json'], { variables: DATABASE, input }),
    ]);
    expect(now.out).toMatch(/unchanged +blue \(bound\) .* -#1\n/);
    expect(now.out).toContain('mode shadow: answered with no commands');
    expect(now.out).toContain('failed: unknown_issuer: no issuer has this URI, or an alias of it');
    expect(results(enforced).lines[0]).toMatchObject({ outcome: 'stamped', decided: { mode: 'shadow' } });
  });

  it('takes no larger a call than the hook, from the database either', async () => {
    expect(REQUEST_BYTES_LIMIT).toBe(BODY_LIMIT_BYTES);
    const call = (length: number): string =>
      JSON.stringify(
        withMembers(examplePayload('request_07_client_credentials'), {
          'data.access.claims.padding': 'x'.repeat(length),
        }),
      );
    const room = REQUEST_BYTES_LIMIT - call(0).length;
    const input = [call(room), call(room + 1)].join('\n');
    const endings = [
      await run(['replay', '-', ...LOCALLY, '--json'], { input, variables: DATABASE }),
      await run(['replay', '-', ...TO_HOOK, '--json'], { input }),
    ];
    for (const ending of endings)
      expect(results(ending).lines.map(({ outcome }) => outcome)).toEqual(['stamped', 'unchanged']);
    expect(results(endings[0] ?? { code: 0, out: '', err: '' }).lines[1]).toMatchObject({
      decided: { outcome: 'failed', reason: 'body_too_large' },
    });
  });

  it('takes the playground’s hook where none is named, and its secret to no other', async () => {
    const home = join(folder, 'home');
    await mkdir(join(home, '.mintmark'), { recursive: true });
    const other = await foreignHook(() => ({ body: {} }));
    const state = {
      hookUrl: hook.service.url,
      hookHeader: HEADER,
      hookSecret: SECRETS.all,
      caFile: join(folder, 'ca.pem'),
    };
    await writeFile(join(home, '.mintmark', 'playground.json'), JSON.stringify(state));
    const call = join(PAYLOADS, 'request_07_client_credentials.json');
    const [playground, elsewhere, nowhere] = await Promise.all([
      run(['replay', call, '--playground', join(home, '.mintmark')]),
      run(['replay', call, '--url', other.url, '--playground', join(home, '.mintmark')]),
      run(['replay', call, '--playground', join(folder, 'none')]),
    ]);
    expect(playground.out).toMatch(/stamped[^]*1 passed, 0 failed\n$/);
    expect(elsewhere.code).toBe(0);
    expect(JSON.stringify(other.calls)).not.toContain(SECRETS.all);
    expect(nowhere).toMatchObject({ code: 64, out: '' });
    expect(nowhere.err).toContain('Which hook?');
  });

  it.each([
    [
      ['replay', 'no-such-file.json', '--url', 'https://localhost:1'],
      'no-such-file.json cannot be read (ENOENT).',
    ],
    [['replay', '-', '--url', 'http://hooks.example.com/x'], 'Okta calls https alone'],
    [['replay', '-', '--url', 'https://localhost:1', '--header', 'x=env:NO_SUCH'], 'which is not set'],
    [['replay', '-', '--url', 'https://localhost:1', '--filter', 'tenant=blue'], 'not by tenant'],
    [['replay', '-', '--url', 'https://localhost:1'], 'There is no call to replay.'],
    [['replay', '-', '--url', 'https://localhost:1', '--update'], 'has no file for its expected answers'],
    [['replay', '-', '--require-expected'], 'has no file for its expected answers'],
    [['replay', 'x.json', '--against-header', 'x=y'], 'are for --against.'],
    [['replay', '-', '--url', 'https://localhost:1', '--at', AT], 'are for --local'],
    [['replay', '-', '--rate', '0'], 'Give calls per second'],
  ])('refuses what cannot be followed: %j', async (parameters, words) => {
    const { code, out, err } = await run(parameters);
    expect({ code, out }).toEqual({ code: 64, out: '' });
    expect(err).toContain(words);
  });
});

describe('the answers of a hook that Mintmark did not write', () => {
  const names = ['add_claims_both_tokens', 'error', 'error_with_causes', 'lifetimes', 'nested_and_array_ops']
    .concat(['noop_empty_commands', 'noop_empty_object', 'remove_claims', 'replace_access_sub_aud'])
    .concat(['uri_claim_name', 'INVALID_flat_value_object', 'INVALID_lifetime_below_300'])
    .concat(['INVALID_missing_parent', 'INVALID_remove_with_value', 'INVALID_reserved_claim']);

  it('are judged as Okta would: the invalid ones are found, and explained', async () => {
    const foreign = await foreignHook((id) => ({ body: examplePayload(`response_${id}`) }));
    await writeFile(join(folder, 'answers.jsonl'), callLines(names));
    const parameters = ['replay', join(folder, 'answers.jsonl'), '--url', foreign.url, ...PATIENT];
    const [asJson, words] = await Promise.all([
      mintmark([...parameters, '--json', '--junit', join(folder, 'answers.xml')]),
      run([...parameters, '--only-failed', '--claims', 'none']),
    ]);
    expect({ json: asJson.code, words: words.code }).toEqual({ json: 1, words: 1 });
    expect(words.err).toBe('5 of 15 calls failed.\n');
    const { lines, summary } = results(asJson);
    expect(lines.map(({ outcome, passed }) => `${outcome} ${String(passed)}`)).toEqual([
      ...['stamped true', 'denied true', 'denied true', 'stamped true', 'stamped true'],
      ...['unchanged true', 'unchanged true', 'stamped true', 'stamped true', 'stamped true'],
      ...Array.from({ length: 5 }, () => 'dropped false'),
    ]);
    expect(lines.slice(-5).map(({ findings }) => findings?.map(({ rule }) => rule))).toEqual([
      ...[['2.3'], ['2.8'], ['2.5'], ['2.4'], ['2.6']],
    ]);
    expect(summary).toMatchObject({ passed: 10, failed: 5, outcomes: { stamped: 6, denied: 2, dropped: 5 } });
    expect(words.out).toContain(
      'error /commands/0/value/1/path: "iss" is reserved in this token: give the claim a name of its own (rule 2.6)\n    Okta drops all 2 operations, of both tokens, mints them as they were, and tells nobody (rule 2.10).',
    );
    expect(words.out).not.toMatch(/answers\.jsonl#1\n/);
    expect(words.out).toMatch(/\n10 passed, 5 failed\n$/);

    const suites = readXml(await readFile(join(folder, 'answers.xml'), 'utf8'));
    expect(suites).toMatchObject({ name: 'testsuites', attributes: { tests: '15', failures: '5' } });
    const cases = suites.children[0]?.children ?? [];
    expect(cases.map(({ attributes }) => attributes['name'])).toEqual(
      names.map((_, index) => join(folder, `answers.jsonl#${String(index + 1)}`)),
    );
    expect(cases.filter(({ children }) => children.length > 0)).toHaveLength(5);
    expect(cases.at(-1)?.children[0]).toMatchObject({
      name: 'failure',
      attributes: { message: '"iss" is reserved in this token: give the claim a name of its own (rule 2.6)' },
      text: expect.stringContaining('Okta drops all 2 operations'),
    });
  });

  it('may be no answers at all', async () => {
    const replies: Readonly<Record<string, Reply>> = {
      failing: { status: 500, body: { error: { errorSummary: 'no' } } },
      moved: { status: 302, body: '', headers: { location: hook.service.url } },
      huge: { body: { commands: [], debugContext: { x: 'x'.repeat(300_000) } } },
      garbled: { body: '<html>&amp;\u0001</html>' },
      empty: { status: 204, body: '' },
    };
    const foreign = await foreignHook((id) => replies[id] ?? {});
    const [file, junit] = [join(folder, 'failing.jsonl'), join(folder, 'failing.xml')];
    await writeFile(file, `${callLines(Object.keys(replies))}\n{"a":\n{"a":1}\n`);
    const [answered, silent, nobody] = await Promise.all([
      run(['replay', file, '--url', foreign.url, ...PATIENT, '--json', '--junit', junit]),
      run(['replay', '-', '--url', foreign.url, '--json', '--budget', '200'], {
        input: callLines(['silent']),
      }),
      run(['replay', '-', '--url', 'https://localhost:1', ...PATIENT, '--json'], {
        input: callLines(['nobody']),
      }),
    ]);
    const { lines, summary } = results(answered);
    const others = [silent, nobody].flatMap((ending) => results(ending).lines);
    const said = [...lines, ...others].map(({ status, failures }) => [
      ...[status ?? null, failures.join('; ').replace(/: Okta mints.*/, '')],
    ]);
    expect(said).toEqual([
      [500, 'status 500 is not 200, so the error object in it stops nothing: send it with 200'],
      [302, 'status 302 is not 200, and redirects are not followed'],
      [200, 'the body is not smaller than 256 KB'],
      [200, 'the body is no JSON, of which Okta’s log says "Could not deserialize inline hook response"'],
      [204, ''],
      [null, 'It cannot be sent: it is no JSON.'],
      [null, 'It cannot be sent: it is no call of an inline hook: it has no eventType and data.'],
      [null, 'there was no answer within 0.2 s, and there is no second try'],
      [null, 'the hook cannot be reached (ECONNREFUSED)'],
    ]);
    expect(summary).toMatchObject({ passed: 1, failed: 6 });
    expect(readXml(await readFile(junit, 'utf8'))).toMatchObject({
      attributes: { tests: '7', failures: '6' },
    });
  });

  it('show no secret that they were sent, and no token', async () => {
    const token = `eyJhbGciOiJSUzI1NiJ9.${Buffer.from('{"sub":"dana"}').toString('base64url')}.c2lnbmF0dXJl`;
    const value = {
      'x-key': 'planted "secret" one',
      authorization: `Bearer ${token}`,
      query: 'planted-function-key',
    };
    const foreign = await foreignHook((id, { headers, url = '' }) => {
      const sent = [
        String(headers['x-key']),
        String(headers.authorization),
        new URL(url, 'http://localhost').search,
      ];
      expect(sent).toEqual([value['x-key'], value.authorization, `?code=${value.query}`]);
      const add = { op: 'add', path: '/claims/leak', value: sent };
      if (id === 'claims') return { body: { commands: [{ type: 'com.okta.access.patch', value: [add] }] } };
      if (id === 'error') return { body: { error: { errorSummary: sent.join(' ') } } };
      return {
        status: id === 'type' ? 200 : 500,
        body: `<p>${sent.join(' ')}</p>`,
        headers: { 'content-type': sent[0] ?? '' },
      };
    });
    await writeFile(join(folder, 'key.txt'), `${value['x-key']}\n`);
    await writeFile(join(folder, 'token.txt'), token);
    await writeFile(join(folder, 'leaks.jsonl'), callLines(['claims', 'error', 'type', 'page']));
    const parameters = [
      ...[
        'replay',
        join(folder, 'leaks.jsonl'),
        '--url',
        `${foreign.url}?code=${value.query}`,
        '--claims',
        'all',
      ],
      ...[
        '--header',
        `x-key=@${join(folder, 'key.txt')}`,
        '--bearer-file',
        join(folder, 'token.txt'),
        '--junit',
        join(folder, 'leaks.xml'),
      ],
    ];
    const endings = [
      await run([...parameters, '--update']),
      await run([...parameters, '--json', '--against', 'http://localhost:1/x']),
    ];
    const files = ['leaks.xml', 'leaks.expected.jsonl'].map((name) => readFile(join(folder, name), 'utf8'));
    const everything = [...endings.map(({ out, err }) => out + err), ...(await Promise.all(files))].join(
      '\n',
    );
    for (const secret of [...Object.values(value), token, JSON.stringify(value['x-key']).slice(1, -1)])
      expect(everything).not.toContain(secret);
    expect(everything).toContain('[secret]');
    expect(foreign.calls).toHaveLength(8);
  });

  it('draw nothing on a terminal, and hide no token in the breaks of lines', async () => {
    const part = (length: number): string => Buffer.alloc(length, 'x').toString('base64url');
    const token = `eyJ${part(90)}.${part(120)}.${part(120)}`;
    const call = withMembers(examplePayload('request_07_client_credentials'), {
      'data.access.claims.upstream': token,
    });
    const name = 'tenant\u001b[2J';
    const add = { op: 'add', path: `/claims/${name}`, value: { [token]: '\u009b0m' } };
    const command = { type: 'com.okta.access.patch', value: [add, add] };
    const foreign = await startHookServer((response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ commands: [command] }));
    });
    const parameters = ['replay', '-', '--url', foreign.url, '--claims', 'all', ...PATIENT];
    const { code, out } = await run(parameters, { input: JSON.stringify(call) });
    expect(code).toBe(0);
    for (const control of ['\u001b', '\u009b']) expect(out).not.toContain(control);
    expect(out.replaceAll(/\s+/g, '')).not.toContain(part(90).slice(0, 40));
    expect(out).toMatch(/upstream +"\[token\]" +"\[token\]"\n/);
    expect(out).toMatch(/\+ tenant\\u001b\[2J +\{"\[token\]":"\\u009b0m"\}\n/);
  });
});

describe('expected answers', () => {
  it('are written beside payloads, and compared from then on', async () => {
    const own = await startTestHook();
    const database = { variables: { DATABASE_URL: own.databaseUrl } };
    const calls = join(folder, 'golden');
    await mkdir(calls);
    const payloads = (await readdir(PAYLOADS)).filter((name) => name.startsWith('request_'));
    for (const name of payloads) await cp(join(PAYLOADS, name), join(calls, name));
    await writeFile(
      join(calls, 'list.json'),
      `[${callLines(['one', 'two', 'three']).replaceAll('\n', ',')}]`,
    );

    const missing = await run(['replay', calls, ...LOCALLY, '--require-expected', '--only-failed'], database);
    expect(missing.out).toMatch(
      /There is no expected answer: make it with --update\.[^]*\n0 passed, 17 failed\n$/,
    );

    const updated = await run(['replay', calls, ...LOCALLY, '--update', '--json'], database);
    expect(results(updated).summary).toMatchObject({ passed: 17, expected: { written: 17 } });
    const file = join(calls, 'request_02_implicit_token_id_token.expected.json');
    const expected = await readFile(file, 'utf8');
    expect(JSON.parse(expected)).toMatchObject({
      status: 200,
      response: {
        commands: [
          { type: 'com.okta.identity.patch' },
          {
            value: expect.arrayContaining([
              { op: 'replace', path: '/token/lifetime/expiration', value: '<seconds>' },
            ]),
          },
        ],
      },
    });
    expect((await readFile(join(calls, 'list.expected.jsonl'), 'utf8')).trim().split('\n')).toHaveLength(3);

    // Ten minutes later lifetimes are shorter, and nothing else is another.
    const later = ['--local', '--at', new Date(NOW + 600_000).toISOString()];
    const same = await run(['replay', calls, ...later, '--require-expected', '--json'], database);
    expect(results(same).summary).toMatchObject({ passed: 17, failed: 0, expected: { equal: 17 } });
    const again = await run(['replay', calls, ...later, '--update', '--json'], database);
    expect(results(again).summary).toMatchObject({ expected: { equal: 17, written: 0 } });
    expect(await readFile(file, 'utf8')).toBe(expected);

    await own.database.prisma.membership.updateMany({
      where: { tenantId: 'blue' },
      data: { roles: ['auditor'] },
    });
    const changed = await mintmark(
      ['replay', calls, ...LOCALLY, '--only-failed', '--claims', 'none'],
      database,
    );
    expect(changed).toMatchObject({ code: 1, err: '5 of 17 calls failed.\n' });
    expect(changed.out).toMatch(
      /\n {4}Difference +expected +answered\n {4}~ access add \/claims\/tenant_roles +\["admin"\] +\["auditor"\]\n/,
    );
    expect(changed.out).toMatch(/Expected answers: 12 equal, 5 different\.\n12 passed, 5 failed\n$/);

    // Of a list some answers may be taken anew; the others stay.
    const some = ['--filter', 'list.json#2', '--update', '--json'];
    expect(results(await run(['replay', calls, ...LOCALLY, ...some], database)).summary).toMatchObject({
      ...{ passed: 1, expected: { written: 1 } },
    });
    const lines = (await readFile(join(calls, 'list.expected.jsonl'), 'utf8')).trim().split('\n');
    expect(lines.map((line) => line.includes('auditor'))).toEqual([false, true, false]);
    await writeFile(file, 'no JSON');
    const broken = await run(['replay', calls, ...LOCALLY, '--filter', 'request_02'], database);
    expect(broken).toMatchObject({ code: 1 });
    expect(broken.out).toContain(
      'request_02_implicit_token_id_token.expected.json has no answer that can be read',
    );
  }, 120_000);

  it('are of one file each: named twice it begins anew, and two of them never share', async () => {
    const foreign = await foreignHook((id) => ({ body: { debugContext: {}, commands: [], [id]: id } }));
    const calls = join(folder, 'twice');
    await mkdir(calls);
    const lines = join(calls, 'a.jsonl');
    await writeFile(lines, callLines(['one', 'two']));
    const to = ['--url', foreign.url, '--json', ...PATIENT];
    const updated = await run(['replay', lines, lines, ...to, '--update']);
    expect(results(updated).summary).toMatchObject({ expected: { written: 2, equal: 2 } });
    expect((await readFile(join(calls, 'a.expected.jsonl'), 'utf8')).trim().split('\n')).toHaveLength(2);
    const checked = await run(['replay', lines, lines, ...to, '--require-expected']);
    expect(results(checked).summary).toMatchObject({ passed: 4, expected: { equal: 4 } });

    await writeFile(join(calls, 'a.json'), `[${callLines(['three'])}]`);
    const sharing = await run(['replay', calls, ...to, '--update']);
    expect(sharing.code).toBe(64);
    expect(sharing.err).toContain('would both be');
    expect(await readFile(join(calls, 'a.expected.jsonl'), 'utf8')).toContain('"three"');
    expect((await readdir(calls)).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('may be those of another deployment, call by call', async () => {
    const answer = (value: string) => ({
      commands: [{ type: 'com.okta.access.patch', value: [{ op: 'add', path: '/claims/tier', value }] }],
      debugContext: { traceId: String(Math.random()) },
    });
    const [one, other] = await Promise.all([
      foreignHook(() => ({ body: answer('gold') })),
      foreignHook((id, { headers }) => {
        expect(headers['x-other']).toBe('literal');
        return { body: answer(id === 'b' ? 'silver' : 'gold') };
      }),
    ]);
    const parameters = [
      'replay',
      '-',
      '--url',
      one.url,
      '--against',
      other.url,
      '--against-header',
      'x-other=literal',
    ];
    const { code, out, err } = await run([...parameters, '--concurrency', '2', ...PATIENT], {
      input: callLines(['a', 'b', 'c']),
    });
    expect({ code, err }).toEqual({ code: 1, err: '1 of 3 calls failed.\n' });
    expect(out).toMatch(
      /✗ .* -#2\n[^]*Difference +this hook +the other hook\n {4}~ access add \/claims\/tier +"gold" +"silver"\n/,
    );
    expect(out).toMatch(/\n2 passed, 1 failed\n$/);
    expect(JSON.stringify(one.calls.map(({ headers }) => headers))).not.toContain('x-other');
  });
});

describe('many calls', () => {
  it('that are interrupted end at a good place: figures, XML, and expected answers as they were', async () => {
    const file = join(folder, 'interrupted.jsonl');
    await writeFile(file, callLines(Array.from({ length: 500 }, (_, index) => String(index))));
    await writeFile(join(folder, 'interrupted.expected.jsonl'), '{"status":200,"response":{}}\n');
    const controller = new AbortController();
    const foreign = await foreignHook((id) => {
      if (id === '40') controller.abort();
      return { body: {} };
    });
    const ending = await run(
      [
        'replay',
        file,
        '--url',
        foreign.url,
        '--json',
        '--update',
        '--junit',
        join(folder, 'interrupted.xml'),
      ],
      { listenForInterruption: () => controller.signal },
    );
    const { lines, summary } = results(ending);
    expect(ending).toMatchObject({ code: 130 });
    expect(lines.length).toBeGreaterThanOrEqual(41);
    expect(lines.length).toBeLessThan(60);
    expect(summary).toMatchObject({ passed: lines.length, interrupted: true });
    const xml = readXml(await readFile(join(folder, 'interrupted.xml'), 'utf8'));
    expect(xml.attributes['tests']).toBe(String(lines.length));
    expect(await readFile(join(folder, 'interrupted.expected.jsonl'), 'utf8')).toBe(
      '{"status":200,"response":{}}\n',
    );
    expect((await readdir(folder)).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('come no faster than they may', async () => {
    const foreign = await foreignHook(() => ({ body: {} }));
    const beganAt = performance.now();
    const rate = ['--rate', '50', '--concurrency', '16', '--json', ...PATIENT];
    const input = callLines('abcdefghijklmnop'.split(''));
    const { err } = await mintmark(['replay', '-', '--url', foreign.url, ...rate], { input });
    expect(performance.now() - beganAt).toBeGreaterThanOrEqual(295);
    expect(foreign.calls).toHaveLength(16);
    // Node warns of many that listen to one signal.
    expect(err).toBe('');
  });

  it('are streamed: 10,000 of them, 46 MB, in a process with less room than that', async () => {
    const call = JSON.stringify(examplePayload('request_13_rich_claims'));
    const add = { op: 'add', path: '/claims/tier', value: 'gold' };
    const foreign = await startHookServer((response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ commands: [{ type: 'com.okta.access.patch', value: [add] }] }));
    });
    await writeFile(join(folder, 'many.jsonl'), `${call}\n`.repeat(10_000));
    const options = ['--concurrency', '8', '--only-failed', ...PATIENT];
    const parameters = ['replay', 'many.jsonl', '--url', foreign.url, ...options];
    const ending = await mintmark([...parameters, '--update', '--junit', 'many.xml'], {
      node: ['--max-old-space-size=64'],
    });
    expect(ending).toMatchObject({ code: 0, err: '' });
    expect(ending.out).toMatch(/Expected answers: 10000 written\.\n10000 passed, 0 failed\n$/);
    expect(readXml(await readFile(join(folder, 'many.xml'), 'utf8')).attributes['tests']).toBe('10000');
  }, 120_000);
});
