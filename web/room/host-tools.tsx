import { useState } from 'preact/hooks';
import type { AuditRecord, Ban, Room, RoomSnapshot } from '../../client/index.ts';
import { messageOf } from './message-of.ts';
import { toShort } from './times.ts';

const delays = [0, 5, 10, 30, 60, 120];

/** What hosts, moderators and operators may do with the event as a whole. */
export function HostTools({ room, snapshot }: { room: Room; snapshot: RoomSnapshot }) {
  const [bans, setBans] = useState<Ban[]>();
  const [audit, setAudit] = useState<AuditRecord[]>();
  const [isEnding, setEnding] = useState(false);
  const [error, setError] = useState('');
  const { event } = snapshot;
  const { moderate } = room;

  async function act(work: () => Promise<unknown>) {
    setError('');
    await work().catch((failure) => setError(messageOf(failure)));
  }
  const showBans = () => act(async () => setBans(await moderate.bans()));
  /** Whoever is here or has written is called by name. */
  const nameOf = (id: string) =>
    (
      snapshot.participants.find((person) => person.id === id) ??
      snapshot.messages.findLast(({ participant }) => participant.id === id)?.participant
    )?.username ?? id;

  return (
    <section class="host-tools" aria-label="Moderation">
      {event?.status !== 'ended' && (
        <>
          <div class="row">
            {event?.paused ? (
              <button type="button" class="primary" onClick={() => act(() => moderate.resume())}>
                Resume
              </button>
            ) : (
              <button type="button" onClick={() => act(() => moderate.pause())}>
                Pause
              </button>
            )}
            {isEnding ? (
              <>
                <button type="button" class="danger" onClick={() => act(() => moderate.end())}>
                  Yes, end it for all
                </button>
                <button type="button" onClick={() => setEnding(false)}>
                  No
                </button>
              </>
            ) : (
              <button type="button" class="danger" onClick={() => setEnding(true)}>
                End event
              </button>
            )}
          </div>
          <label>
            Slow mode
            <select
              value={String(event?.slowModeSeconds ?? 0)}
              onChange={(change) => act(() => moderate.slowMode(Number(change.currentTarget.value)))}
            >
              {delays.map((seconds) => (
                <option key={seconds} value={seconds}>
                  {seconds === 0 ? 'off' : `a message every ${seconds} s`}
                </option>
              ))}
            </select>
          </label>
        </>
      )}
      <div class="row">
        <button
          type="button"
          aria-expanded={bans !== undefined}
          onClick={() => (bans ? setBans(undefined) : showBans())}
        >
          Bans
        </button>
        <button
          type="button"
          aria-expanded={audit !== undefined}
          onClick={() => (audit ? setAudit(undefined) : act(async () => setAudit(await moderate.audit())))}
        >
          Audit log
        </button>
      </div>
      {error && (
        <p class="error" role="alert">
          {error}
        </p>
      )}
      {bans && (
        <ul class="records" aria-label="Bans">
          {bans.length === 0 && <li>Nobody is banned.</li>}
          {bans.map((ban) => (
            <li key={ban.participantId}>
              <b>{ban.username ?? ban.participantId}</b>{' '}
              {ban.expiresAt ? `until ${toShort(ban.expiresAt)}` : 'for good'}
              {ban.reason && `: ${ban.reason}`}{' '}
              <button
                type="button"
                class="bare"
                onClick={() =>
                  act(async () => {
                    await moderate.unban({ participantId: ban.participantId });
                    setBans(await moderate.bans());
                  })
                }
              >
                Unban
              </button>
            </li>
          ))}
        </ul>
      )}
      {audit && (
        <ul class="records" aria-label="Audit log">
          {audit.map((record) => (
            <li key={record.id}>
              <b>{record.action}</b> {record.participantId && nameOf(record.participantId)}
              {record.seq !== undefined && ` message ${record.seq}`}
              {record.changes && ` ${JSON.stringify(record.changes)}`}
              {record.reason && `: ${record.reason}`}
              <div class="quiet">
                {toShort(record.at)}, by {nameOf(record.by)}
              </div>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
