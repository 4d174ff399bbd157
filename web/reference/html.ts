import type { Reference } from './entries.ts';
import { httpReference } from './http.ts';
import { html, type Markup, paragraphs } from './markup.ts';
import { websocketReference } from './websocket.ts';

const contents = ({ anchor, title, chapters }: Reference): Markup => html`
<h2><a href="#${anchor}">${title}</a></h2>
${chapters.map(
  ({ title, entries }) => html`<h3>${title}</h3>
<ul>${entries.map((entry) => html`<li><a href="#${entry.anchor}">${entry.title}</a></li>`)}</ul>`,
)}`;

const body = ({ anchor, title, document, description, chapters }: Reference): Markup => html`
<section aria-labelledby="${anchor}">
<h2 id="${anchor}">${title}</h2>
${paragraphs(description)}
<p><a href="${document}">${document}</a></p>
${chapters.map(
  ({ title, entries }) => html`<h3>${title}</h3>
${entries.map(
  (entry) => html`<article aria-labelledby="${entry.anchor}">
<h4 id="${entry.anchor}"><a href="#${entry.anchor}">${entry.title}</a></h4>
${entry.content}
</article>`,
)}`,
)}
</section>`;

/**
 * A page for people, from the documents of both APIs: the OpenAPI document of the HTTP API and the AsyncAPI document of the
 * WebSocket API. It has no script; the addresses are those of `reference.css` and of an icon.
 */
export function referencePage(
  openapi: object,
  asyncapi: object,
  { style, icon }: { style: string; icon: string },
): string {
  const references = [websocketReference(asyncapi), httpReference(openapi)];
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="description" content="The reference of the WebSocket API and the HTTP API">
<title>Live event chat: reference</title>
<link rel="icon" type="image/svg+xml" href="${icon}">
<link rel="stylesheet" href="${style}">
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<nav aria-label="Contents">
${references.map(contents)}
</nav>
<main id="content">
<h1>Live event chat: reference</h1>
${references.map(body)}
</main>
</body>
</html>
`;
  return page.text;
}
