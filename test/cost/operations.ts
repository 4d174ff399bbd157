import type { prices } from '../../infra/prices.ts';
import { metricUnits } from '../../shared/metrics.ts';
import { limits } from '../../shared/protocol/limits.ts';
import { chatSettings } from '../../shared/settings.ts';
import { ENTRY_BYTES } from './actions.ts';
import { type Audience, usageOf } from './model.ts';
import type { Plan } from './plan.ts';
import { nothing, sum, times, type Usage } from './usage.ts';

/** How much of everything that has a price. */
export type Operations = Record<keyof typeof prices, number>;

const settings = chatSettings.parse({});
/** What a window does before its pause begins: it wakes and reads the head, seconds. */
const WINDOW_BEGINS_S = 0.02;
/** How long functions run, seconds of a function with 1 GB; to be replaced by what your stage shows. */
const durations = { request: 0.05, post: 0.4, deliver: 0.1, schedule: 0.3 };
/** Requests of the HTTP API that each connection's front end makes. */
const HTTP_REQUESTS = 1;
/** Engine.IO's ping and its answer, an hour: see docs/socketio.md. */
const PINGS_AN_HOUR = 7.5;
/** Log lines of functions and the access log, bytes for each request. */
const LOG_BYTES = 700;
const METRICS = Object.keys(metricUnits).length;
const ALARMS = 13;
/** X-Ray's default sampling: one a second, and of the others. */
const TRACED = 0.05;

/** How often windows begin, seconds apart, where so many things happen a second that one has to tell. */
export function windowCycle(viewers: number, perSecond: number): number {
  const pace = viewers / settings.eventFramesPerSecond + WINDOW_BEGINS_S;
  // Whoever comes when nobody waits is told at once; otherwise the next window takes what has gathered.
  return pace + Math.exp(-perSecond * pace) / perSecond;
}

/** How often the windows of a plan tell something. */
export function windowsOf({ viewers, hours, messages, reactions }: Plan) {
  const seconds = 3_600 * hours;
  const changes = 2 * viewers;
  const perSecond = (messages + changes) / seconds;
  const telling = Math.min(messages + changes, seconds / windowCycle(viewers, perSecond));
  const reactionsEvery =
    Math.max(1, (2 * viewers) / settings.eventFramesPerSecond) + seconds / Math.max(reactions, 1);
  const reactionsWindows = Math.min(reactions, seconds / reactionsEvery);
  // In a busy event reactions never wait for a window of their own.
  const alone = reactionsWindows * Math.exp(-perSecond * reactionsEvery);
  return { windows: telling + alone, presenceWindows: Math.min(changes, telling / 5), reactionsWindows };
}

/**
 * Everything in a plan that has a price. Everybody is there all the time; who they are is told while they come, in the first tenth of it, and
 * while they leave, in the last.
 */
export function operationsOf(plan: Plan): Operations {
  const { viewers, hours, messages, reactions, typing } = plan;
  const socketio = Math.round(viewers * plan.socketioShare);
  const json = viewers - socketio;
  const unbatched = Math.round(socketio * plan.unbatchedShare);
  const audience: Audience = { json, socketio: unbatched, 'socketio-batch': socketio - unbatched };
  const planned = windowsOf(plan);
  const event = usageOf({
    ...{ joins: { json, socketio }, leaves: { json, socketio }, sends: messages, reactions, typing },
    ...{ ...planned, audience, textLength: plan.textLength },
    ...{ haveIds: plan.haveIds, history: Math.min(limits.historyLength, messages / 20) },
    // To half of them on average.
    named: Math.min(2 * viewers, limits.namesInSummary * planned.presenceWindows) / 2,
  });
  const pings = times(PINGS_AN_HOUR * hours * socketio, {
    ...{ framesIn: 1, framesOut: 1, bytesOut: 5, invocations: 1, readUnits: 1, writeUnits: 0 },
  });
  const toldTyping = viewers <= settings.typingAudienceMax ? typing * (viewers - 1) : 0;
  const typed = times(toldTyping, { ...nothing, framesOut: 1, bytesOut: 180 });
  // Sweep and heartbeat look into fifty partitions of the index.
  const scheduled = times(60 * hours, { ...nothing, invocations: 2, readUnits: 30, writeUnits: 2 });
  return withPrices(plan, sum(event, pings, typed, scheduled), planned.windows);
}

const GB = 1024 ** 3;

function withPrices(
  { viewers, hours, messages, textLength }: Plan,
  usage: Usage,
  windows: number,
): Operations {
  const seconds = 3_600 * hours;
  const chunks = Math.max(1, Math.ceil(viewers / settings.chunkConnections));
  const posts = windows * (chunks - 1);
  const httpRequests = HTTP_REQUESTS * viewers;
  const requests = usage.invocations - windows * chunks - 120 * hours + httpRequests;
  // The stream's function waits for the pace of an event that is busy.
  const delivering =
    Math.min(seconds, windows * (viewers / settings.eventFramesPerSecond)) + windows * durations.deliver;
  const lambdaGbSecond =
    requests * durations.request + posts * durations.post + delivering + 120 * hours * durations.schedule;
  const invocations = usage.invocations + httpRequests;
  return {
    frame: usage.framesIn + usage.framesOut,
    connectionMinute: viewers * hours * 60,
    transferGb: usage.bytesOut / GB,
    httpRequest: httpRequests,
    lambdaRequest: invocations,
    lambdaGbSecond,
    writeUnit: usage.writeUnits,
    readUnit: usage.readUnits + 3 * httpRequests,
    streamRead: 4 * seconds,
    storedGb: (messages * (ENTRY_BYTES + textLength)) / GB,
    backupGb: (messages * (ENTRY_BYTES + textLength)) / GB,
    logGb: (invocations * LOG_BYTES) / GB,
    metricHour: METRICS * hours,
    alarmHour: ALARMS * hours,
    trace: Math.min(invocations, seconds + TRACED * invocations),
  };
}
