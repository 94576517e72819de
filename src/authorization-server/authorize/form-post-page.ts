import type { Answer } from '../endpoints/answer.js';
import { escapeHtml, hiddenField, sourceOf } from './html.js';
import { formTargetsTo, safePageAnswer } from './page-answer.js';

const SUBMIT = 'document.forms[0].submit()';
const SUBMIT_SOURCE = sourceOf(SUBMIT);

/** `form_post`: a page that posts the answer to the client by itself, or by its button where scripts do not run. */
export function formPostPage(redirectUri: string, members: Readonly<Record<string, string>>): Answer {
  const fields = Object.entries(members).map(([name, value]) => hiddenField(name, value));
  const content =
    `<form method="post" action="${escapeHtml(redirectUri)}">${fields.join('')}` +
    `<p class="hint">If nothing happens, go on by the button.</p><button autofocus>Continue</button></form>` +
    `<script>${SUBMIT}</script>`;
  return safePageAnswer(200, {
    ...{ title: 'Signing in', content, script: SUBMIT_SOURCE },
    formTargets: formTargetsTo(redirectUri),
  });
}
