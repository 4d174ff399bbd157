import type { Author, Participant } from '../protocol/entities.ts';

/** A participant as their messages name them. */
export const authorOf = ({ joinedAt: _joinedAt, ...author }: Participant): Author => author;
