import { spawnSync } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { chromium, type Browser } from 'playwright-core';
import { onTeardown } from '../../support/teardown.js';

/** As Debian and others call it. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/** Chromium as it is started on this machine; where it is not there, the line that says so cannot be overlooked. */
export function findChromium(environment: Readonly<Record<string, string | undefined>>): string | undefined {
  const { CHROMIUM_PATH: given } = environment;
  const path = given ?? NAMES.map(pathOf).find((candidate) => candidate !== undefined && runs(candidate));
  if (path === undefined)
    process.stderr.write(
      '\nNOT TESTED: there is no Chromium here, so no browser signs in. Install chromium, or set CHROMIUM_PATH.\n\n',
    );
  return path;
}

function pathOf(name: string): string | undefined {
  const { status, stdout } = spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

/** Some systems have a program of that name that only says where the browser can be had. */
function runs(path: string): boolean {
  return spawnSync(path, ['--version'], { timeout: 60_000 }).status === 0;
}

/** Headless Chromium, which takes one certificate besides those that it knows: by its key, and no other. */
export async function startChromium(executablePath: string, certificate: string): Promise<Browser> {
  const key = new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'der' });
  const pin = createHash('sha256').update(key).digest('base64');
  const browser = await chromium.launch({
    executablePath,
    args: [`--ignore-certificate-errors-spki-list=${pin}`, '--disable-dev-shm-usage'],
    timeout: 60_000,
  });
  onTeardown(() => browser.close());
  return browser;
}
