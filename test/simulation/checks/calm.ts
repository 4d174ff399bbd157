import { isDeepStrictEqual } from 'node:util';
import { peopleOf } from '../../../shared/delivery/content/presence-changes.ts';
import type { Client } from '../client.ts';
import type { World } from '../world.ts';
import { type Contents, contentsOf, livingIn } from './contents.ts';

/** What observers say once faults have ended. */
export const LAST = 'last of';

/** What must be once all is calm: delivery has ended, and everybody who is there knows everything. */
export function checkCalm(world: World): string[] {
  const items = world.model.items();
  return world.eventIds.flatMap((eventId) => {
    const contents = contentsOf(items, eventId);
    return [
      ...checkTable(contents),
      ...checkAcknowledged(world, eventId, contents),
      ...checkReactions(world, eventId, contents),
      ...checkPresence(world, eventId, contents),
      ...checkHistory(contents),
      ...livingIn(world, eventId).flatMap((client) => [
        ...checkView(client, contents),
        ...checkTotals(client, contents),
      ]),
    ].map((what) => `${eventId}: ${what}`);
  });
}

function checkTable({ log, head, cursor, outbox }: Contents): string[] {
  const broken: string[] = [];
  const seqs = log.map(({ seq }) => seq);
  if (
    !isDeepStrictEqual(
      seqs,
      seqs.map((_, index) => index + 1),
    )
  )
    broken.push(`the log has ${seqs}`);
  if (head?.seq !== log.length) broken.push(`the head is at ${head?.seq} of ${log.length}`);
  const { delivered, viewers } = cursor as unknown as {
    delivered: number;
    viewers: { delivered: number; pending: object };
  };
  if (delivered !== log.length) broken.push(`only ${delivered} of ${log.length} are delivered`);
  if (viewers.delivered !== log.length)
    broken.push(`only ${viewers.delivered} of ${log.length} are delivered to viewers`);
  if (cursor?.lease !== undefined) broken.push('a lease is left');
  const pending = { ...cursor?.pending, ...viewers.pending };
  if (Object.keys(pending).length > 0) broken.push(`${Object.keys(pending)} are pending`);
  if (outbox.length > 0) broken.push(`${outbox.length} entries wait in the outbox`);
  return broken;
}

/** Nothing acknowledged is lost, nothing is there twice, nothing refused is there. */
function checkAcknowledged({ ledger }: World, eventId: string, { log }: Contents): string[] {
  const broken: string[] = [];
  const messages = log.flatMap((entry) => (entry.kind === 'message' ? [entry.message] : []));
  const bySeq = new Map(messages.map((message) => [message.seq, message]));
  const deleted = new Set(ledger.deleted.filter((one) => one.eventId === eventId).map(({ seq }) => seq));
  const voided = new Set(
    log.flatMap((entry) => (entry.kind === 'void' && entry.messageId ? [entry.seq] : [])),
  );
  for (const sent of ledger.sent.filter((one) => one.eventId === eventId)) {
    const { text, seq, id, clientMessageId, refusal, isUncertain } = sent;
    const stored = messages.filter((message) => message.text === text);
    if (seq !== undefined) {
      const there = bySeq.get(seq);
      if (there ? there.id !== id : !voided.has(seq)) broken.push(`acknowledged and lost: ${seq} ${text}`);
    }
    if (clientMessageId !== undefined && stored.length > 1)
      broken.push(`stored twice: ${text} as ${stored.map((one) => one.seq)}`);
    if (refusal !== undefined && !isUncertain && stored.length > 0)
      broken.push(`refused and stored: ${text}`);
  }
  for (const { text, seq, refusal } of ledger.sent) {
    // A host may have gone and left the event paused.
    if (text.startsWith(LAST) && seq === undefined && refusal !== 'EVENT_PAUSED')
      broken.push(`never acknowledged, without any fault: ${text}`);
  }
  for (const seq of deleted) if (bySeq.has(seq)) broken.push(`deleted and there: ${seq}`);
  return broken;
}

function checkReactions({ ledger }: World, eventId: string, { totals }: Contents): string[] {
  const broken: string[] = [];
  const own = ledger.reacted.filter((one) => one.eventId === eventId);
  for (const emoji of new Set([...own.map((one) => one.emoji), ...Object.keys(totals)])) {
    const sum = (...states: string[]) =>
      own
        .filter((one) => one.emoji === emoji && states.includes(one.state))
        .reduce((all, { count }) => all + count, 0);
    const [least, most, counted] = [sum('acked'), sum('acked', 'unknown'), totals[emoji] ?? 0];
    if (counted < least || counted > most)
      broken.push(`${emoji} was counted ${counted} times, not ${least} to ${most}`);
  }
  return broken;
}

function checkPresence(world: World, eventId: string, { members, viewers, cursor }: Contents): string[] {
  const broken: string[] = [];
  const living = livingIn(world, eventId);
  const taking = living.filter(({ wish }) => !wish?.watches);
  const people = new Set(taking.map(({ person }) => person.id));
  const listed = (rows: readonly object[]) =>
    rows.map((row) => (row as { sk: string }).sk.slice('CONN#'.length)).sort();
  const there = (clients: readonly Client[]) =>
    clients.map(({ connectionId }) => String(connectionId)).sort();
  if (!isDeepStrictEqual(listed(members), there(taking)))
    broken.push(`members are ${listed(members)}, not ${there(taking)}`);
  const watching = there(living.filter(({ wish }) => wish?.watches));
  if (!isDeepStrictEqual(listed(viewers), watching))
    broken.push(`viewers are ${listed(viewers)}, not ${watching}`);
  for (const { state, sk } of [...members, ...viewers] as { state?: string; sk: string }[])
    if (state !== 'live') broken.push(`${sk} is ${state}`);
  if (cursor?.participantCount !== people.size)
    broken.push(`${cursor?.participantCount} are counted, not ${people.size}`);
  const rows = members as unknown as Parameters<typeof peopleOf>[0];
  const names = new Map(
    peopleOf(rows)
      .map(({ id, username }): [string, string] => [id, username])
      .sort(),
  );
  for (const { name, view } of living) {
    if (view?.count !== people.size) broken.push(`${name} was told of ${view?.count}, not ${people.size}`);
    // Whoever dies half-way tells some of it again, and large audiences are not told of everybody.
    const isExact = world.plan.isStrict && world.settings.presenceSummaryAbove >= 50;
    const told = new Map([...(view?.participants ?? [])].sort());
    if (isExact && !isDeepStrictEqual(told, names))
      broken.push(`${name} knows ${JSON.stringify([...told])}, not ${JSON.stringify([...names])}`);
  }
  return broken;
}

/** What was recorded of who came and went fits together: nobody comes who is there, or leaves who is not. */
function checkHistory({ history }: Contents): string[] {
  const there = new Set<string>();
  return history.flatMap(({ number, changes: { joined, left, renamed, participantCount } }) => {
    const wrong = [
      ...joined.filter(({ id }) => there.has(id)),
      ...[...left, ...renamed.map(({ was }) => was)].filter(({ id }) => !there.has(id)),
    ].map(({ username }) => username);
    for (const { id } of joined) there.add(id);
    for (const { id } of left) there.delete(id);
    const isCounted = participantCount === there.size;
    return [
      ...(wrong.length > 0 ? [`record ${number} has ${wrong} come, leave or be renamed wrongly`] : []),
      ...(isCounted ? [] : [`record ${number} counts ${participantCount}, not ${there.size}`]),
    ];
  });
}

/** All messages from where it began, each once and in order; nothing that was deleted. */
export function checkView({ name, view }: Client, { log }: Contents): string[] {
  if (!view) return [`${name} has no view`];
  const broken: string[] = [];
  const begins = view.begins ?? 0;
  const expected = log.filter(({ kind, seq }) => kind === 'message' && seq >= begins).map(({ seq }) => seq);
  const shown = [...view.messages.keys()].sort((a, b) => a - b);
  if (!isDeepStrictEqual(shown, expected)) {
    const missing = expected.filter((seq) => !view.messages.has(seq));
    const surplus = shown.filter((seq) => !expected.includes(seq));
    broken.push(`${name} lacks ${missing}, has ${surplus} too many`);
  }
  return broken;
}

function checkTotals({ name, view }: Client, { totals }: Contents): string[] {
  if (!view || isDeepStrictEqual(view.totals, totals)) return [];
  return [`${name} was told of ${JSON.stringify(view.totals)}, not ${JSON.stringify(totals)}`];
}
