import { createHash } from 'node:crypto';

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text that may stand in HTML, between tags and in quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '');
}

const STYLE = `
:root{color-scheme:light dark;--edge:#8c8c96;--accent:#00297a;--on-accent:#fff;--alert:#b00020}
@media(prefers-color-scheme:dark){:root{--accent:#9ab8ff;--on-accent:#101830;--alert:#ff8a94}}
*{box-sizing:border-box}
body{font:1rem/1.5 system-ui,sans-serif;margin:0;min-height:100vh;display:flex;flex-direction:column;align-items:center;justify-content:center;padding:2rem 1rem}
main{width:100%;max-width:25rem}
h1{font-size:1.5rem;line-height:1.25;margin:0 0 .5rem}
label{display:block;font-weight:600;margin:1rem 0 .25rem}
input{width:100%;padding:.6rem .7rem;font:inherit;border:1px solid var(--edge);border-radius:.4rem}
button{display:block;width:100%;margin:1rem 0 0;padding:.65rem;font:inherit;font-weight:600;border:1px solid var(--accent);border-radius:.4rem;background:var(--accent);color:var(--on-accent);cursor:pointer}
button.plain{background:none;color:inherit;border-color:var(--edge)}
.people{list-style:none;margin:1rem 0 0;padding:0}
.people button{margin:0 0 .5rem;text-align:left;font-weight:400}
.people small{display:block;overflow-wrap:anywhere}
:focus-visible{outline:3px solid #4c8dff;outline-offset:2px}
.alert{border-left:4px solid var(--alert);padding:.25rem 0 .25rem .75rem;margin:1rem 0 0;color:var(--alert)}
.scopes{padding-left:1.2rem}
.hint,footer{font-size:.875rem;opacity:.8}
code{overflow-wrap:anywhere}
footer{margin-top:2.5rem;text-align:center}
`;

/** The source expression of inline text in a content security policy. */
export function sourceOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

/** The pages' one style. */
export const STYLE_SOURCE = sourceOf(STYLE);

/** A whole page. @param content HTML, below the heading */
export function page(title: string, content: string): string {
  const heading = escapeHtml(title);
  return (
    `<!doctype html><html lang="en"><head><meta charset="utf-8">` +
    `<meta name="viewport" content="width=device-width,initial-scale=1"><title>${heading}</title>` +
    `<style>${STYLE}</style></head><body><main><h1>${heading}</h1>${content}</main>` +
    `<footer>Mintmark’s mini authorization server: for tests, never for production.</footer></body></html>`
  );
}

/** A hidden field of a form. */
export function hiddenField(name: string, value: string): string {
  return `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`;
}
