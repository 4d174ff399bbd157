import type { Mutation } from './code.ts';

/** A bug that nobody has made yet: one line of the code changed, and what that breaks. */
export interface PlantedBug extends Mutation {
  breaks: string;
}

/** What the simulation has to find: `npm run simulate:bugs`, whose table is in docs/proof.md. */
export const plantedBugs: readonly PlantedBug[] = [
  // The log
  {
    file: 'shared/store/log.ts',
    find: "    Item: logItem(eventId, entry, expiresAt),\n    ConditionExpression: 'attribute_not_exists(pk)',",
    replace: '    Item: logItem(eventId, entry, expiresAt),',
    breaks: 'A late writer overwrites what stands on its number',
  },
  {
    file: 'shared/store/read-log.ts',
    find: '    if (!goesOn(entry, entries)) break;\n',
    replace: '',
    breaks: 'Readers go past holes: what is put there later is never told',
  },
  {
    file: 'shared/store/log.ts',
    find: "if (found?.kind === 'void' && entry.kind === 'message') return found.messageId === entry.message.id;",
    replace: "if (found?.kind === 'void') return true;",
    breaks: 'A sender whose number was closed takes the void for its message',
  },
  {
    file: 'shared/chat/append.ts',
    find: "    if (result === 'put') return { written: { head, entry } };",
    replace: "    if (result !== 'repeated') return { written: { head, entry } };",
    breaks: 'A sender whose number was closed acknowledges all the same',
  },
  {
    file: 'shared/store/event-head.ts',
    find: "    UpdateExpression: 'ADD seq :one, bytes :bytes',",
    replace: "    UpdateExpression: 'ADD bytes :bytes',",
    breaks: 'Every message takes the same number',
  },
  {
    file: 'shared/delivery/deliver.ts',
    find: 'if (Date.now() - hole.since >= timing.holeMs) await closeHole(delivery, eventId, hole.seq);',
    replace: '',
    breaks: 'A number whose writer died is never closed',
  },
  // Idempotency
  {
    file: 'shared/store/sent-markers.ts',
    find: 'return marker && marker.expiresAt > Date.now() ? marker.message : undefined;',
    replace: 'return marker && marker.expiresAt < Date.now() ? marker.message : undefined;',
    breaks: 'A repeated message does not find the first one',
  },
  {
    file: 'shared/chat/append.ts',
    find: '...(clientMessageId !== undefined && {\n        put:',
    replace: '...(clientMessageId === undefined && {\n        put:',
    breaks: 'A message is put without its marker, and a repeat is stored again',
  },
  {
    file: 'shared/store/reactions.ts',
    find: "await raise(table, eventId, 'taken', signal);",
    replace: '',
    breaks: 'Nobody signals reactions again once somebody has',
  },
  {
    file: 'shared/store/reactions.ts',
    find: 'totals[reaction] = (totals[reaction] ?? 0) + count;',
    replace: 'totals[reaction] = count;',
    breaks: 'Only one shard of the reactions is told',
  },
  // The lease and the window
  {
    file: 'shared/store/cursor-lease.ts',
    find: `AND (\${isFree} OR \${holderIsDead} OR \${isOurs})`,
    replace: '',
    breaks: 'Two functions run windows at the same time',
  },
  {
    file: 'shared/store/cursor-lease.ts',
    find: "const holderIsDead = 'leaseUntil < :now';",
    replace: "const holderIsDead = 'leaseUntil < takes';",
    breaks: 'Nobody takes over from a dead holder',
  },
  {
    file: 'shared/store/cursor-lease.ts',
    find: `    UpdateExpression: \`\${SET_PROGRESS} REMOVE lease, leaseUntil, takes\`,`,
    replace: "    UpdateExpression: 'REMOVE lease, leaseUntil, takes',",
    breaks: 'A window lets go without writing down what it has told',
  },
  {
    file: 'shared/delivery/window/run-windows.ts',
    find: 'delivered + 1 === written.entry.seq) {',
    replace: 'delivered < written.entry.seq) {',
    breaks: 'A sender delivers its own message and skips those before it',
  },
  {
    file: 'shared/delivery/window/window.ts',
    find: '      delivered: upTo,\n',
    replace: '      delivered: upTo + (served.gone.length > 0 ? 1 : 0),\n',
    breaks: 'A window that meets a lost connection skips a message',
  },
  {
    file: 'shared/delivery/window/window.ts',
    find: '  keepPlaces(groups, unserved, compose.versionFor);',
    replace: '',
    breaks: 'Whoever could not be served is not remembered',
  },
  {
    file: 'shared/delivery/window/positions.ts',
    find: "    if (state === 'held') pending[connectionId] = { seq, presence };",
    replace: '',
    breaks: 'A window forgets whom it has passed by while their history was on the way',
  },
  {
    file: 'shared/delivery/window/positions.ts',
    find: 'const place = { seq: Math.max(seq, after.seq), presence: Math.max(presence, after.presence) };',
    replace: 'const place = { seq, presence };',
    breaks: 'A joiner is told again what its history had',
  },
  {
    file: 'shared/delivery/window/positions.ts',
    find: 'const { seq, presence } = cursor.pending[connectionId] ?? usual;',
    replace: 'const { seq, presence } = usual;',
    breaks: 'Whoever was skipped is served as if they had not been',
  },
  {
    file: 'shared/chat/joining/go-live.ts',
    find: '  await signalPresence(table, eventId);\n  await deliverNow(chat, eventId);',
    replace: '',
    breaks: 'Whoever was passed by as they joined hears it with the next message only',
  },
  {
    file: 'shared/chat/joining/go-live.ts',
    find: 'return connectionId in pending && (delivered > place.seq || presence > place.presence);',
    replace: 'return false;',
    breaks: 'The same, where the window has ended already',
  },
  {
    file: 'shared/delivery/window/unserved.ts',
    find: 'if (unserved.length > 0) await signalPresence(delivery.table, eventId);',
    replace: '',
    breaks: 'Nobody comes back to whoever could not be served',
  },
  {
    file: 'shared/delivery/window/unserved.ts',
    find: '  await markMembersLost(delivery, gone);',
    replace: '',
    breaks: 'A 410 is forgotten: whoever is gone stays in the event',
  },
  {
    file: 'shared/delivery/posting/rounds.ts',
    find: "if (status === 410) return 'gone';",
    replace: "if (status === 410) return 'delivered';",
    breaks: 'A 410 counts as delivered',
  },
  {
    file: 'shared/delivery/posting/rounds.ts',
    find: '    one.had += 1;\n    served.frames += 1;',
    replace: '    served.frames += 1;\n    one.had = one.payloads.length;',
    breaks: 'Of several frames only the first is sent',
  },
  {
    file: 'shared/delivery/posting/rounds.ts',
    find: 'return [...spared, ...refused];',
    replace: 'return [...spared];',
    breaks: 'Whoever is refused once is not tried again',
  },
  {
    file: 'shared/delivery/posting/fan-out.ts',
    find: '      return postHere(chunk);\n    }\n  }',
    replace: '      return nobodyServed();\n    }\n  }',
    breaks: 'A chunk whose function failed is left out',
  },
  // Presence
  {
    file: 'shared/store/leave.ts',
    find: "    addToOutbox(attendance.eventId, { kind: 'left', connectionId, ...who(attendance) }),\n",
    replace: '',
    breaks: 'Nobody hears of leaves',
  },
  {
    file: 'shared/store/join.ts',
    find: "    addToOutbox(next.eventId, { kind: 'joined', connectionId, ...who(next) }),\n    ...staffWrites(connection, undefined, next),",
    replace: '    ...staffWrites(connection, undefined, next),',
    breaks: 'Nobody hears of joins',
  },
  {
    file: 'shared/delivery/content/presence-changes.ts',
    find: 'participantCount: there.size };',
    replace: 'participantCount: unchanged.length + staying.length };',
    breaks: 'Two tabs of one person count as two',
  },
  {
    file: 'shared/delivery/window/record-presence.ts',
    find: 'const waiting = outbox.filter(({ ulid }) => !before.has(ulid));',
    replace: 'const waiting = outbox;',
    breaks: 'What a dead window has recorded is recorded again',
  },
  {
    file: 'shared/delivery/window/window.ts',
    find: '    await deleteFromOutbox(table, eventId, recorded);',
    replace: '',
    breaks: 'The outbox is never emptied',
  },
  {
    file: 'shared/chat/joining/enter.ts',
    find: '  await Promise.all(changed.map((id) => signalPresence(table, id)));',
    replace: '',
    breaks: 'Nobody is woken for a join',
  },
  {
    file: 'shared/delivery/departures.ts',
    find: "  if (!(await leave(table, connectionId, attendance, 'goes'))) return CHANGED;\n  await signalPresence(table, attendance.eventId);",
    replace: "  if (!(await leave(table, connectionId, attendance, 'goes'))) return CHANGED;",
    breaks: 'Nobody is woken for a lost connection',
  },
  {
    file: 'shared/delivery/departures.ts',
    find: '    if (recoverUntil === undefined) return remove(table, connection);',
    replace: '    if (recoverUntil === undefined) return undefined;',
    breaks: 'A lost JSON connection stays in its event',
  },
  {
    file: 'shared/chat/sweeping/reap.ts',
    find: 'return until > now ? expireMembership(chat, connectionId) : removeConnection(chat, connectionId);',
    replace: 'return expireMembership(chat, connectionId);',
    breaks: 'The rows of lost connections stay for ever',
  },
  {
    file: 'shared/store/leave.ts',
    find: "    row,\n    addToOutbox(attendance.eventId, { kind: 'left'",
    replace: "    addToOutbox(attendance.eventId, { kind: 'left'",
    breaks: 'Whoever leaves stays among the members',
  },
  // Recovery
  {
    file: 'shared/chat/recovery/replay.ts',
    find: 'readLog(table, eventId, { after: offset.seq, upTo: seq, pageSize: 500 })',
    replace: 'readLog(table, eventId, { after: offset.seq + 1, upTo: seq, pageSize: 500 })',
    breaks: 'A recovered client misses the first message after its offset',
  },
  {
    file: 'shared/chat/recovery/recover.ts',
    find: '  const isOfThisStay = offset.seq >= start.seq && offset.presence >= start.presence;',
    replace: '  const isOfThisStay = true;',
    breaks: 'An offset of another stay is taken for one of this',
  },
  {
    file: 'shared/store/members.ts',
    find: "    ConditionExpression: 'joinId = :join AND #state <> :away',",
    replace: "    ConditionExpression: 'joinId = :join OR #state <> :away',",
    breaks: 'A join goes live for another one',
  },
  // Moderation
  {
    file: 'shared/store/bans.ts',
    find: "'attribute_not_exists(pk) OR expiresAt <= :now'",
    replace: "'attribute_not_exists(pk) OR expiresAt >= :now'",
    breaks: 'Those who are banned for a while may join',
  },
  {
    file: 'shared/chat/moderation/mute.ts',
    find: '  await announceMute(table, eventId, until);',
    replace: '',
    breaks: 'No sender looks for the mute',
  },
  {
    file: 'shared/store/event-head.ts',
    find: `AND attribute_not_exists(paused) AND \${isUnchanged}\`,`,
    replace: '`,',
    breaks: 'Who has read the rules before a change is not bound by it',
  },
  {
    file: 'shared/store/log.ts',
    find: "SET kind = :void, messageId = :id, sentAt = #message.sentAt REMOVE #message'",
    replace: "SET messageId = :id'",
    breaks: 'A deleted message stays in the log',
  },
  // Viewers, the frame share, the sweep
  {
    file: 'shared/delivery/window/viewers.ts',
    find: 'viewers.delivered < delivered || ',
    replace: '',
    breaks: 'Viewers whom windows have passed by wait for more than they are owed',
  },
  {
    file: 'shared/store/frame-quota.ts',
    find: "    ConditionExpression: 'attribute_not_exists(taken) OR taken <= :rest',",
    replace: "    ConditionExpression: 'attribute_not_exists(taken) OR taken <= :rest OR :rest < taken',",
    breaks: 'More frames are posted in a second than there are',
  },
  {
    file: 'shared/chat/sweeping/heal.ts',
    find: '  if (waits || !isCaughtUpForAll(head, cursor)) await catchUp(chat, eventId, deadline);\n  else await setDelivered(table, eventId, head);',
    replace: '  await setDelivered(table, eventId, head);',
    breaks: 'The sweep does not deliver what the stream has missed',
  },
  {
    file: 'shared/chat/sweeping/heal.ts',
    find: '  if (waits) await signalPresence(table, eventId);',
    replace: '',
    breaks: 'The sweep finds what a dead writer left in the outbox, and wakes nobody for it',
  },
  {
    file: 'functions/stream/deliver.ts',
    find: '          batchItemFailures.push({ itemIdentifier });',
    replace: '',
    breaks: 'The stream does not bring again what could not be delivered',
  },
  {
    file: 'shared/delivery/window/viewers.ts',
    find: '    pending: positions.pending,',
    replace: '    pending: {},',
    breaks: 'Viewers who could not be served are forgotten',
  },
  {
    file: 'shared/delivery/window/viewers.ts',
    find: '    outbox: Math.max(signals, outbox),',
    replace: '    outbox,',
    breaks: 'Viewers are taken for behind for ever',
  },
  // Who comes, goes and comes back
  {
    file: 'shared/store/join.ts',
    find: '  if (isElsewhere) return [...departure(connectionId, previous), ...arrival(connection, next)];',
    replace: '  if (isElsewhere) return arrival(connection, next);',
    breaks: 'Whoever goes to another event stays in the first one',
  },
  {
    file: 'shared/store/join.ts',
    find: "    state: 'held' as const,",
    replace: "    state: 'live' as const as 'held',",
    breaks: 'A joiner is served before they have their history',
  },
  {
    file: 'shared/store/take-over.ts',
    find: '  if (before) writes.push(...departure(from.connectionId, before));',
    replace: '',
    breaks: 'Whoever recovers is there twice',
  },
  {
    file: 'shared/delivery/window/unserved.ts',
    find: 'disconnectMembers(delivery, [...lagging, ...hopeless], until)',
    replace: 'disconnectMembers(delivery, [...hopeless], until)',
    breaks: 'Whoever does not read misses messages, and stays',
  },
  {
    file: 'shared/delivery/content/presence-changes.ts',
    find: '      if (isRenamed) changes.renamed',
    replace: '      if (isRenamed && !isRenamed) changes.renamed',
    breaks: 'Nobody hears of new names',
  },
  {
    file: 'shared/chat/history.ts',
    find: '    after: after ?? 0,',
    replace: '    after: after === undefined ? 0 : after + 1,',
    breaks: 'Whoever comes back misses the first message that they have not had',
  },
  {
    file: 'shared/chat/history.ts',
    find: '    ...(deletedSeqs.length > 0 && { deletedSeqs }),',
    replace: '',
    breaks: 'Whoever comes back does not hear what was deleted',
  },
];
