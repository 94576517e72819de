import { isIP } from 'node:net';
import type { Checked, ConfigurationFault } from './configuration-error.js';

/** Addresses that begin with the same bits. */
export interface AddressRange {
  readonly family: 'ipv4' | 'ipv6';
  readonly address: string;
  /** How many bits; all of them for a single address. */
  readonly prefix: number;
}

const VARIABLE = 'MINTMARK_TRUSTED_PROXIES';
const FORM = 'must be addresses and CIDR ranges, separated by commas';

/** Wider ranges are no network of one's own: 10.0.0.0/8 and fc00::/7 are the widest private ones (RFC 1918, RFC 4193). */
const WIDEST = { ipv4: 8, ipv6: 7 } as const;
const BITS = { ipv4: 32, ipv6: 128 } as const;

/** IPv6's way to write IPv4 (RFC 4291, section 2.5.5.2): as a range it may stand for all of IPv4. */
const MAPPED = '[::ffff:';

/** Reads a list of addresses and ranges; not set is the empty list. */
export function checkTrustedProxies(text: string | undefined): Checked<readonly AddressRange[]> {
  const entries = text === undefined ? [] : text.split(',').map((entry) => readEntry(entry.trim()));
  return {
    part: Object.freeze(entries.flatMap((entry) => ('range' in entry ? [entry.range] : []))),
    faults: entries.flatMap((entry) => ('fault' in entry ? [entry.fault] : [])),
  };
}

/** As Fastify and people write it. */
export function rangeText({ address, prefix }: AddressRange): string {
  return `${address}/${String(prefix)}`;
}

type Entry = { readonly range: AddressRange } | { readonly fault: ConfigurationFault };

function readEntry(entry: string): Entry {
  const [address = '', prefixText, ...rest] = entry.split('/');
  const family = familyOf(address);
  if (family === undefined || rest.length > 0) return refused(`${FORM}; ${quoted(entry)} is none`);
  if (family === 'ipv6' && canonical(address).startsWith(MAPPED))
    return refused(`${quoted(entry)} is IPv4 in IPv6’s clothes: write it as IPv4`);
  const prefix = prefixText === undefined ? BITS[family] : wholeNumber(prefixText);
  if (prefix === undefined || prefix > BITS[family]) return refused(`${FORM}; ${quoted(entry)} is none`);
  if (prefix < WIDEST[family]) {
    return refused(
      `${quoted(entry)} is too wide: name the proxies’ own network, /${String(WIDEST[family])} at the widest`,
    );
  }
  return { range: Object.freeze({ family, address, prefix }) };
}

function familyOf(address: string): AddressRange['family'] | undefined {
  if (address.includes('%')) return undefined; // a zone is a name of this machine's interfaces, not an address
  const version = isIP(address);
  if (version === 0) return undefined;
  return version === 4 ? 'ipv4' : 'ipv6';
}

/** URLs have one spelling for each address. */
function canonical(address: string): string {
  return new URL(`http://[${address}]`).hostname;
}

function wholeNumber(text: string): number | undefined {
  return /^(0|[1-9]\d{0,2})$/.test(text) ? Number(text) : undefined;
}

function quoted(entry: string): string {
  return JSON.stringify(entry.slice(0, 100));
}

function refused(problem: string): Entry {
  return { fault: { variable: VARIABLE, problem } };
}
