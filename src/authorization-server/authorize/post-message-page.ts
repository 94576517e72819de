import type { Answer } from '../endpoints/answer.js';
import { escapeHtml, hiddenField, sourceOf } from './html.js';
import { safePageAnswer } from './page-answer.js';

/** Whoever opened the window, or the page around the frame; nobody but the client's own origin is told. */
const SEND =
  'const form=document.forms[0];' +
  '(window.opener??window.parent).postMessage(Object.fromEntries(new FormData(form)),form.dataset.origin)';
const SEND_SOURCE = sourceOf(SEND);

/**
 * `okta_post_message`: a page, in a frame or a window of its own, that hands the answer to the client's page. The client's origin is
 * that of its redirect URI.
 */
export function postMessagePage(redirectUri: string, members: Readonly<Record<string, string>>): Answer {
  const { origin } = new URL(redirectUri);
  const fields = Object.entries(members).map(([name, value]) => hiddenField(name, value));
  const content = `<form data-origin="${escapeHtml(origin)}">${fields.join('')}</form><script>${SEND}</script>`;
  return safePageAnswer(200, { title: 'Signing in', content, script: SEND_SOURCE, framedBy: origin });
}
