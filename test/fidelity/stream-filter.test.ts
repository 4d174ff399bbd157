import { describe, expect, it } from 'vitest';
import { createFilter } from '../../local/dynamodb/filter-pattern.ts';

const record = {
  eventName: 'INSERT',
  dynamodb: {
    Keys: { pk: { S: 'EVENT#1' } },
    NewImage: { text: { S: 'Hello' }, empty: { S: '' }, count: 5, none: null },
  },
};

const image = (name: string, rule: unknown) => ({ dynamodb: { NewImage: { [name]: rule } } });
const text = (rule: unknown) => image('text', { S: [rule] });

describe('a filter pattern', () => {
  it.each([
    ['a value in the list', { eventName: ['INSERT', 'MODIFY'] }, { eventName: ['REMOVE'] }],
    ['all fields', { eventName: ['INSERT'], ...text('Hello') }, { eventName: ['INSERT'], ...text('Bye') }],
    ['null', image('none', [null]), image('count', [null])],
    ['the empty string', image('empty', { S: [''] }), text('')],
    ['prefix', text({ prefix: 'He' }), text({ prefix: 'he' })],
    ['suffix', text({ suffix: 'lo' }), text({ suffix: 'LO' })],
    ['equals-ignore-case', text({ 'equals-ignore-case': 'hELLO' }), text({ 'equals-ignore-case': 'hello!' })],
    ['anything-but', text({ 'anything-but': ['Bye'] }), text({ 'anything-but': ['Bye', 'Hello'] })],
    [
      'anything-but prefix',
      text({ 'anything-but': { prefix: 'B' } }),
      text({ 'anything-but': { prefix: 'H' } }),
    ],
    ['exists', text({ exists: true }), image('missing', { S: [{ exists: true }] })],
    ['exists: false', image('missing', { S: [{ exists: false }] }), text({ exists: false })],
    ['numeric', image('count', [{ numeric: ['>', 0, '<=', 5] }]), image('count', [{ numeric: ['>', 5] }])],
    ['numeric of a text', image('count', [{ numeric: ['=', 5] }]), text({ numeric: ['=', 5] })],
    [
      '$or',
      { $or: [text('Bye'), { eventName: ['INSERT'] }] },
      { $or: [text('Bye'), { eventName: ['REMOVE'] }] },
    ],
  ])('matches %s', (_, matching, other) => {
    expect(createFilter([JSON.stringify(matching)])(record)).toBe(true);
    expect(createFilter([JSON.stringify(other)])(record)).toBe(false);
  });

  it('is one of several, of which any may match; without any everything passes', () => {
    const patterns = [{ eventName: ['REMOVE'] }, { eventName: ['INSERT'] }].map((p) => JSON.stringify(p));
    expect(createFilter(patterns)(record)).toBe(true);
    expect(createFilter([])(record)).toBe(true);
  });
});
