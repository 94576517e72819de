import { performance } from 'node:perf_hooks';
import { BearerScheme } from '../caller/bearer-scheme.js';
import { JWKS_TIMING } from '../caller/jwks-source.js';
import type { BearerConfiguration } from '../config/bearer-configuration.js';
import type { ControlSnapshot } from '../directory/control/control-snapshot.js';
import { errorCode } from '../operations/error-code.js';
import type { Logger } from '../operations/logger.js';

/**
 * Starts the bearer scheme and logs what becomes of its keys; null where it is off.
 *
 * @param now milliseconds since the epoch
 * @throws ConfigurationError where the pinned keys are of no use
 */
export async function startBearerScheme(
  configuration: BearerConfiguration | null,
  { logger, now }: { readonly logger: Logger; readonly now: () => number },
): Promise<BearerScheme | null> {
  if (configuration === null) return null;
  return BearerScheme.start({
    configuration,
    timing: JWKS_TIMING,
    now,
    monotonicNow: () => performance.now(),
    random: Math.random,
    onFailure: (error) => {
      logger.error(
        { code: errorCode(error) },
        'the keys of bearer tokens could not be fetched; the last ones count for up to a day',
      );
    },
    onChange: (keys, passedOver) => {
      if (keys.size === 0) logger.error('the keys of bearer tokens are too old: no token is accepted');
      else logger.info({ kids: [...keys.keys()], passedOver }, 'the keys of bearer tokens have changed');
    },
  });
}

/** Says once, not at every refresh, which bearer credentials of the directory authenticate nobody here. */
export function reportIdleCredentials(
  allowedClientIds: readonly string[],
  logger: Logger,
): (snapshot: ControlSnapshot) => void {
  let reported = '';
  return ({ credentials }) => {
    const idle = credentials
      .filter((credential) => credential.scheme === 'bearer')
      .filter(({ clientId }) => !allowedClientIds.includes(clientId))
      .map(({ id, clientId }) => ({ credentialId: id, clientId }));
    const now = JSON.stringify(idle);
    if (now !== reported && idle.length > 0)
      logger.warn({ credentials: idle }, 'credentials of clients that the configuration does not allow');
    reported = now;
  };
}
