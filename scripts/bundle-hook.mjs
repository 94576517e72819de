// Writes the built entry of the hook service anew, as one file with its libraries: a thousand files less to find and read save about
// half a second of the start. Everything else stays as the compiler wrote it. The benchmark names an entry of its own, and a file for it:
// node scripts/bundle-hook.mjs [entry [file]]
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const hook = fileURLToPath(new URL('../dist/hook-service/main.js', import.meta.url));
const [entry = hook, file = entry] = process.argv.slice(2);
// For the libraries that are CommonJS.
const banner =
  "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);";
if ((await readFile(entry, 'utf8')).includes(banner))
  throw new Error(`${entry} is a bundle; run nest build first`);

// On Node 20, which has no `navigator`, the driver looks for Cloudflare's runtime by making a fetch response: that loads all of Node's
// fetch, for nothing.
const cloudflareTest = "typeof Response === 'function'";
const noCloudflare = {
  name: 'no-cloudflare',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]pg[\\/]lib[\\/]stream\.js$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      if (!source.includes(cloudflareTest))
        throw new Error(`${path} is another one: look at the plugin again`);
      return { contents: source.replace(cloudflareTest, 'false'), loader: 'js' };
    });
  },
};

// A ninth of the bundle is what is known of all countries' telephone numbers, for a check that nothing of the hook makes.
const noTelephones = {
  name: 'no-telephones',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]libphonenumber-js[\\/]/ }, () => ({
      contents:
        "exports.parsePhoneNumber = () => { throw new Error('telephone numbers are not known here'); };",
      loader: 'js',
    }));
  },
};

const {
  outputFiles: [bundle],
} = await build({
  entryPoints: [entry],
  write: false,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  minifyWhitespace: true, // half of the text to read and compile at each start
  keepNames: false, // else each function that a call makes is given its name anew
  legalComments: 'eof',
  logLevel: 'warning',
  banner: { js: banner },
  plugins: [noCloudflare, noTelephones],
  external: [
    // Loaded where the configuration asks for them.
    '@electric-sql/pglite',
    '@opentelemetry/api',
    '@opentelemetry/exporter-trace-otlp-http',
    '@opentelemetry/resources',
    '@opentelemetry/sdk-trace-base',
    'pglite-prisma-adapter',
    // The query compiler: five megabytes of WebAssembly as text, for queries that a hook makes seldom.
    '@prisma/client/runtime/query_compiler_*',
    // What libraries try to load and Mintmark does not install.
    '@fastify/multipart',
    '@fastify/static',
    '@fastify/view',
    '@nestjs/microservices',
    '@nestjs/platform-express',
    '@nestjs/websockets',
    'class-transformer/storage',
    'pg-native',
  ],
});
// The engine keeps the whole text, at two bytes for each character where a single one of them is not Latin: some patterns of letters
// in a library, nothing of which is quoted raw.
const ascii = bundle.text.replaceAll(
  /[\u0080-\uffff]/g,
  (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
);
await mkdir(dirname(file), { recursive: true });
await writeFile(file, ascii);
