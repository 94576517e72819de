import type { RequestListener } from 'node:http';
import { BlockList, isIP } from 'node:net';
import type { AddressRange } from '../config/trusted-proxies.js';
import { sendJson } from './send-json.js';

/** Tells whether a connection comes from one of the ranges. Of an IPv4 address in IPv6's form, the IPv4 address counts. */
export function createPeerCheck(
  ranges: readonly AddressRange[],
): (remoteAddress: string | undefined) => boolean {
  // One list for each: in a common one the range ::/64 holds every IPv4 address.
  const lists = { ipv4: new BlockList(), ipv6: new BlockList() };
  for (const { address, prefix, family } of ranges) lists[family].addSubnet(address, prefix, family);
  return (remoteAddress = '') => {
    const address = remoteAddress.replace(MAPPED, '').replace(ZONE, '');
    const version = isIP(address);
    if (version === 0) return false;
    const family = version === 4 ? 'ipv4' : 'ipv6';
    return lists[family].check(address, family);
  };
}

/** How Node writes the address of an IPv4 connection to a listener that takes both. */
const MAPPED = /^::ffff:(?=\d+\.)/i;
const ZONE = /%.*$/;

export interface TrustedPeersOptions {
  readonly ranges: readonly AddressRange[];
  readonly onRefused: () => void;
}

/**
 * Refuses whoever connects from elsewhere, before anything of the call but its headers is read. What counts is the address
 * of the connection: headers say what their sender likes.
 */
export function trustedPeersOnly(
  listener: RequestListener,
  { ranges, onRefused }: TrustedPeersOptions,
): RequestListener {
  const isTrusted = createPeerCheck(ranges);
  return (request, response) => {
    if (isTrusted(request.socket.remoteAddress)) {
      listener(request, response);
      return;
    }
    onRefused();
    sendJson(response, { status: 403, json: FORBIDDEN, isLast: true });
  };
}

const FORBIDDEN = JSON.stringify({ error: 'forbidden' });
