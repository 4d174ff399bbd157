let invocations = 0;

export const handler = async ({ how }) => {
  invocations++;
  if (how === 'throw') throw new TypeError('no such thing');
  if (how === 'throw text') throw 'just text';
  if (how === 'exit') process.exit(3);
  if (how === 'reject') Promise.reject(new Error('nobody listens'));
  if (how === 'spin') for (;;);
  if (how === 'hang') await new Promise((resolve) => setTimeout(resolve, 60_000));
  if (how === 'never') await new Promise(() => {});
  if (how === 'memory') for (const all = []; ; ) all.push(new Array(100_000).fill(how));
  if (how === 'circular') {
    const circular = {};
    circular.self = circular;
    return circular;
  }
  if (how === 'environment') process.env.LEAKED = 'from another environment';
  return { invocations, leaked: process.env.LEAKED };
};
