import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { type ReferenceServer, startReferenceServer } from './reference-server.ts';
import { type ScenarioName, scenarios } from './scenarios.ts';
import { Stage, type Target } from './stage.ts';
import { normalise, type Transcripts } from './transcript.ts';
import { unavoidable } from './unavoidable.ts';

/** The same clients, played against a Socket.IO server in one memory and against the chat, hear the same. */

let reference: ReferenceServer;
beforeAll(async () => {
  reference = await startReferenceServer();
});
afterAll(() => reference.close());

// A deployed stage says nothing of the edge, where the clients of the old server would find the chat.
const options = { timeout: 120_000, skip: inject('isDeployed') };

test.for(Object.keys(scenarios) as ScenarioName[])('%s', options, async (name) => {
  const expected = await play(name, {
    name: 'the reference server',
    origin: reference.origin,
    eventsUrl: `${reference.origin}/api/events`,
  });
  const actual = await play(name, {
    name: 'the chat',
    origin: new URL(inject('chatUrl').replace(/^ws/, 'http')).origin,
    eventsUrl: inject('eventsUrl'),
  });
  expect(actual).toEqual(expected);
});

/** Who has heard what, in the form in which it must be the same everywhere. */
async function play(name: ScenarioName, target: Target & { name: string }): Promise<Transcripts> {
  const stage = new Stage(target);
  try {
    await scenarios[name](stage);
    await stage.settle();
    return comparable(name, stage);
  } catch (error) {
    throw new Error(`On ${target.name}: ${(error as Error).message}`, { cause: error });
  } finally {
    stage.close();
  }
}

function comparable(name: ScenarioName, stage: Stage): Transcripts {
  const differences = unavoidable.filter(({ where }) => where === 'everywhere' || where.includes(name));
  const transcripts = Object.entries(stage.transcripts()).map(([client, entries]) => [
    client,
    differences.reduce((rest, { without }) => without(rest), entries),
  ]);
  return normalise(Object.fromEntries(transcripts), stage.ownEvents);
}
