const systemNow = Date.now;

/** The real time, which timeouts go by. */
export const realTime = () => systemNow();

/** From now on `Date` tells the time of the local stack's clock, which may be ahead of the real one; timers do not. */
export function followClock(ahead) {
  const aheadMs = new BigInt64Array(ahead);
  const now = () => systemNow() + Number(Atomics.load(aheadMs, 0));
  const System = Date;
  System.now = now;
  globalThis.Date = new Proxy(System, {
    apply: () => new System(now()).toString(),
    construct: (target, args, newTarget) =>
      Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
  });
  System.prototype.constructor = globalThis.Date;
}
