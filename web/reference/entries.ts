import type { Markup } from './markup.ts';
import { anchorOf, objectsOf, type Schemas, tableOf } from './schema.ts';

/** One entry of the page: its anchor is unique in the page. */
export interface Entry {
  anchor: string;
  title: string;
  content: Markup;
}

/** Entries that belong together. */
export interface Chapter {
  title: string;
  entries: Entry[];
}

/** What the page says about one API. */
export interface Reference {
  anchor: string;
  title: string;
  document: string;
  description: string;
  chapters: Chapter[];
}

/** The objects that have names. */
export const objectEntries = (schemas: Schemas): Entry[] =>
  objectsOf(schemas).map((name) => ({
    anchor: anchorOf(name, schemas),
    title: name,
    content: tableOf(schemas.named[name] ?? {}, schemas, `Fields of ${name}`),
  }));
