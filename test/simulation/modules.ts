import * as nodeCrypto from 'node:crypto';
import { createRequire } from 'node:module';
import * as zodOpenApi from '@hono/zod-openapi';
import * as awsLambda from 'hono/aws-lambda';
import * as bodyLimit from 'hono/body-limit';
import * as combine from 'hono/combine';
import * as factory from 'hono/factory';
import * as httpException from 'hono/http-exception';
import * as secureHeaders from 'hono/secure-headers';
import { decodeTime, ulid } from 'ulid';
import * as zod from 'zod';
import type { Environment } from './environment.ts';
import type { Random } from './random.ts';
import { type Services, standIns } from './stand-ins.ts';

const nodeRequire = createRequire(import.meta.url);

// Schemas are made anew for each environment: code made for each would cost more than it saves.
zod.config({ jitless: true });

/**
 * A module that has all its exports from its prototype: whatever imports it would copy each of its own, for each environment anew.
 */
export const light = (exports: object): object => Object.create({ ...exports });

const ownCrypto = light(nodeCrypto);

/** What the packages that have no part in the simulation are to the code. */
const packages: Readonly<Record<string, unknown>> = mapped({
  zod,
  '@hono/zod-openapi': zodOpenApi,
  'hono/aws-lambda': awsLambda,
  'hono/body-limit': bodyLimit,
  'hono/combine': combine,
  'hono/factory': factory,
  'hono/http-exception': httpException,
  'hono/secure-headers': secureHeaders,
});

function mapped(modules: Readonly<Record<string, object>>) {
  return Object.fromEntries(Object.entries(modules).map(([name, exports]) => [name, light(exports)]));
}

interface Means {
  random: Random;
  now: () => number;
  immediate: (run: () => void) => void;
}

/** `require` as the code of one environment has it: AWS's clients are the simulated services, randomness is the seed's. */
export function modulesFor(environment: Environment, services: Services, { random, now, immediate }: Means) {
  const crypto = Object.assign(Object.create(ownCrypto), {
    randomBytes: (size: number) => random.bytes(size),
    randomUUID: () => random.bytes(16).toString('hex'),
  });
  const own: Readonly<Record<string, unknown>> = {
    'node:crypto': crypto,
    'node:timers/promises': { setImmediate: () => new Promise<void>((resolve) => immediate(resolve)) },
    ulid: {
      decodeTime,
      ulid: (time = now(), chance = () => random.next()) => ulid(time, chance),
    },
    // Its tokens need an issuer, of which a world has none.
    jose: {},
    ...standIns(environment, services),
  };
  const require = (name: string): unknown => own[name] ?? packageOf(name);
  return { require, crypto };
}

/** What has no state of its own. */
export const packageOf = (name: string): unknown => packages[name] ?? nodeRequire(name);
