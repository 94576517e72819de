import { pageAnswer, type Answer } from '../endpoints/answer.js';
import { page, STYLE_SOURCE } from './html.js';

/** A page, and what it may do. */
export interface SafePage {
  readonly title: string;
  /** HTML, below the heading. */
  readonly content: string;
  /** The source of the one script that it may run; left out, none. */
  readonly script?: string;
  /** Where its forms may lead to, redirects included; left out, it has no forms. */
  readonly formTargets?: readonly string[];
  /** The origin whose pages may show it in a frame; left out, none. */
  readonly framedBy?: string;
}

/** Pages are for people: no scripts but the one of a page that says so, nothing from elsewhere, no frames, no referrer. */
export function safePageAnswer(
  status: number,
  { title, content, script, formTargets = [], framedBy }: SafePage,
): Answer {
  const policy = [
    "default-src 'none'",
    `style-src ${STYLE_SOURCE}`,
    `script-src ${script ?? "'none'"}`,
    `form-action ${formTargets.length === 0 ? "'none'" : formTargets.join(' ')}`,
    "base-uri 'none'",
    `frame-ancestors ${framedBy ?? "'none'"}`,
  ];
  return pageAnswer(status, page(title, content), {
    'content-security-policy': policy.join('; '),
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    ...(framedBy === undefined ? { 'x-frame-options': 'DENY' } : {}),
  });
}

/**
 * Where the form of a page may lead to: browsers hold every redirect that follows to it, so that a client may send people on from its
 * redirect URI to wherever it likes on the web.
 */
export function formTargetsTo(redirectUri: string): readonly string[] {
  const { protocol } = new URL(redirectUri);
  return [...new Set(["'self'", 'https:', 'http:', protocol])];
}
