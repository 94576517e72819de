import { describe, expect, it } from '@jest/globals';
import { escapeHtml, page } from './html.js';

describe('HTML', () => {
  it('shows text as text, in tags and in attributes', () => {
    expect(escapeHtml(`<b title="x" id='y'>&`)).toBe('&lt;b title=&quot;x&quot; id=&#39;y&#39;&gt;&amp;');
  });

  it('has a title that is text', () => {
    expect(page('<i>', '')).toContain('<h1>&lt;i&gt;</h1>');
  });
});
