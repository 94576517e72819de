// Prints the SQL that would turn the database of DATABASE_URL into what a Prisma schema describes: the start of a new
// migration, or `-- This is an empty migration.` where they agree. Offline, by Prisma's own schema engine (WebAssembly).
//
//   DATABASE_URL=postgresql://… node scripts/schema-diff.mjs [prisma/schema.prisma]
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory, ColumnTypeEnum } from '@prisma/driver-adapter-utils';
import pg from 'pg';
import * as bindings from '@prisma/schema-engine-wasm/schema_engine_bg';

const FILTERS = { externalTables: [], externalEnums: [] };

const [path = 'prisma/schema.prisma'] = process.argv.slice(2);
const url = process.env.DATABASE_URL;
if (url === undefined) {
  process.stderr.write('Set DATABASE_URL to the database that the schema is compared with.\n');
  process.exit(64);
}

const content = await readFile(path, 'utf8');
const files = [{ path: 'schema.prisma', content }];
// The engine reports its panics here.
globalThis.PRISMA_WASM_PANIC_REGISTRY = { set_message: (message) => process.stderr.write(`${message}\n`) };
await startEngine();
const engine = await bindings.SchemaEngine.new(
  { filters: FILTERS, datamodels: [['schema.prisma', content]] },
  () => undefined,
  bindMigrationAwareSqlAdapterFactory(introspectable(url)),
);
const { stdout } = await engine.diff({
  from: { tag: 'schemaDatasource', files, configDir: process.cwd() },
  to: { tag: 'schemaDatamodel', files },
  script: true,
  shadowDatabaseUrl: null,
  exitCode: null,
  filters: FILTERS,
});
process.stdout.write(`${stdout.trim()}\n`);
process.exit(0);

// The engine's introspection reads columns of PostgreSQL's internal type "char" (oid 18), which the adapter does not know:
// they pass it as text and get their type afterwards.
function introspectable(connectionString) {
  const [CHAR, TEXT] = [18, 25];
  const charColumns = new Set();
  const pool = new pg.Pool({ connectionString });
  after(pool, 'query', (result) => {
    for (const field of result.fields.filter(({ dataTypeID }) => dataTypeID === CHAR)) {
      charColumns.add(field.name);
      field.dataTypeID = TEXT;
    }
  });
  const factory = new PrismaPg(pool);
  after(factory, 'connect', (adapter) => {
    after(adapter, 'queryRaw', (result) => {
      result.columnTypes = result.columnTypes.map((type, index) =>
        charColumns.has(result.columnNames[index]) ? ColumnTypeEnum.Character : type,
      );
    });
  });
  return factory;
}

function after(object, method, look) {
  const original = object[method].bind(object);
  object[method] = async (...parameters) => {
    const result = await original(...parameters);
    look(result);
    return result;
  };
}

async function startEngine() {
  const require = createRequire(import.meta.url);
  const code = require.resolve('@prisma/schema-engine-wasm/schema_engine_bg');
  const wasm = await readFile(code.replace(/\.js$/, '.wasm'));
  const { instance } = await WebAssembly.instantiate(wasm, { './schema_engine_bg.js': bindings });
  bindings.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();
}
