import { expect, test } from 'vitest';
import { rewritten } from '../../local/rewrites.ts';

const rewrites = { '/socket.io/': '/prod', '/socket.io/admin/': '/never', '/rooms': '/api/rooms/' };

test.for([
  ['/socket.io/', '/prod'],
  ['/socket.io', '/prod'],
  ['/socket.io/?EIO=4&transport=websocket', '/prod?EIO=4&transport=websocket'],
  ['/socket.io?EIO=4', '/prod?EIO=4'],
  ['/socket.io/?a=/socket.io/?b=%20', '/prod?a=/socket.io/?b=%20'],
  ['/socket.io/below/it?x', '/prod?x'],
  ['/socket.io/admin/', '/prod'],
  ['/rooms', '/api/rooms/'],
  ['/rooms/blue', '/api/rooms/'],
])('%s becomes %s', ([target = '', expected]) => {
  expect(rewritten(target, rewrites)).toBe(expected);
});

test.for(['/', '', '*', '/prod?at=/socket.io/', '/socket.ios', '/socket.io.js', '/x/socket.io/', '/roomsy'])(
  '%j stays as it is',
  (target) => {
    expect(rewritten(target, rewrites)).toBe(target);
  },
);

test('an outcome is not looked up again', () => {
  expect(rewritten('/a', { '/a': '/b', '/b': '/c' })).toBe('/b');
});
