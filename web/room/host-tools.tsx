import { useState } from 'preact/hooks';
import type { AuditRecord, Ban, Events, Mute, Room, RoomSnapshot } from '../../client/index.ts';
import { Announce } from './announce.tsx';
import { messageOf } from './message-of.ts';
import { AuditLog, type SanctionKind, SanctionList, sanctions } from './records.tsx';
import { type EventRules, ReactionsForm, Rules } from './rules.tsx';

const delays = [0, 5, 10, 30, 60, 120];
const kinds = Object.keys(sanctions) as SanctionKind[];

export interface HostToolsProps {
  room: Room;
  snapshot: RoomSnapshot;
  /** For those who may operate. */
  events?: Events | undefined;
}

/** What hosts, moderators and operators may do with the event as a whole. */
export function HostTools({ room, snapshot, events }: HostToolsProps) {
  const [sanctioned, setSanctioned] = useState<Partial<Record<SanctionKind, (Ban | Mute)[]>>>({});
  const [rules, setRules] = useState<EventRules>();
  const [audit, setAudit] = useState<AuditRecord[]>();
  const [isEnding, setEnding] = useState(false);
  const [error, setError] = useState('');
  const { event } = snapshot;
  const { moderate } = room;

  /** False: it has failed. */
  async function act(work: () => Promise<unknown>): Promise<boolean> {
    setError('');
    try {
      await work();
      return true;
    } catch (failure) {
      setError(messageOf(failure));
      return false;
    }
  }
  const sanctionsOf = {
    Bans: { list: moderate.bans, lift: moderate.unban },
    Mutes: { list: moderate.mutes, lift: moderate.unmute },
  };
  const show = async (kind: SanctionKind) => {
    const people = await sanctionsOf[kind].list();
    setSanctioned((shown) => ({ ...shown, [kind]: people }));
  };
  const hide = (kind: SanctionKind) => setSanctioned((shown) => ({ ...shown, [kind]: undefined }));
  const lift = (kind: SanctionKind, { participantId }: Ban | Mute) =>
    act(async () => {
      await sanctionsOf[kind].lift({ participantId });
      await show(kind);
    });
  const update = (changes: Partial<EventRules>) =>
    act(async () => {
      const {
        blockedWords = [],
        links = 'allow',
        repeats = 'allow',
      } = (await events?.update(room.eventId, { ...changes })) ?? {};
      setRules(Object.keys(changes).length > 0 ? undefined : { blockedWords, links, repeats });
    });
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
          <ReactionsForm
            reactions={event?.reactions ?? []}
            onSave={(reactions) => act(() => moderate.update({ reactions }))}
          />
          <Announce onAnnounce={(text, pin) => act(() => moderate.announce(text, { pin }))} />
        </>
      )}
      <div class="row">
        {kinds.map((kind) => (
          <button
            type="button"
            key={kind}
            aria-expanded={sanctioned[kind] !== undefined}
            onClick={() => (sanctioned[kind] ? hide(kind) : act(() => show(kind)))}
          >
            {kind}
          </button>
        ))}
        {events && (
          <button
            type="button"
            aria-expanded={rules !== undefined}
            onClick={() => (rules ? setRules(undefined) : update({}))}
          >
            Rules
          </button>
        )}
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
      {kinds.map((kind) => {
        const people = sanctioned[kind];
        return (
          people && <SanctionList key={kind} kind={kind} people={people} onLift={(one) => lift(kind, one)} />
        );
      })}
      {rules && <Rules rules={rules} onSave={update} />}
      {audit && <AuditLog records={audit} nameOf={nameOf} />}
    </section>
  );
}
