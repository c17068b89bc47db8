import { sha256 } from '@noble/hashes/sha2.js';
import type { ComponentChildren } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { STYLE } from './style.js';

/** One HTML file that needs no network and runs no script; what names from strangers would make of it is escaped. */
export function htmlPage(about: { readonly title: string; readonly version: string }, body: ComponentChildren): string {
  return `<!doctype html>${renderToString(<Html {...about}>{body}</Html>)}\n`;
}

/** Nothing is loaded but pictures that the page holds, nothing styled but by its own sheet. */
function policy(): string {
  const hash = btoa(String.fromCharCode(...sha256(new TextEncoder().encode(STYLE))));
  return `default-src 'none'; img-src data:; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
}

function Html({ title, version, children }: { title: string; version: string; children: ComponentChildren }) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content={policy()} />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="generator" content={`mobileone ${version}`} />
        <title>{title}</title>
        <style>{STYLE}</style>
      </head>
      <body>{children}</body>
    </html>
  );
}
