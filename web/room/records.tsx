import type { AuditRecord, Ban, Mute } from '../../client/index.ts';
import { toShort } from './times.ts';

/** Who cannot come in. */
export function BanList({ bans, onUnban }: { bans: readonly Ban[]; onUnban: (ban: Ban) => void }) {
  return (
    <ul class="records" aria-label="Bans">
      {bans.length === 0 && <li>Nobody is banned.</li>}
      {bans.map((ban) => (
        <li key={ban.participantId}>
          <b>{ban.username ?? ban.participantId}</b>{' '}
          {ban.expiresAt ? `until ${toShort(ban.expiresAt)}` : 'for good'}
          {ban.reason && `: ${ban.reason}`}{' '}
          <button type="button" class="bare" onClick={() => onUnban(ban)}>
            Unban
          </button>
        </li>
      ))}
    </ul>
  );
}

/** Who may read, and not write. */
export function MuteList({ mutes, onUnmute }: { mutes: readonly Mute[]; onUnmute: (mute: Mute) => void }) {
  return (
    <ul class="records" aria-label="Mutes">
      {mutes.length === 0 && <li>Nobody is muted.</li>}
      {mutes.map((mute) => (
        <li key={mute.participantId}>
          <b>{mute.username ?? mute.participantId}</b> until {toShort(mute.expiresAt)}
          {mute.reason && `: ${mute.reason}`}{' '}
          <button type="button" class="bare" onClick={() => onUnmute(mute)}>
            Unmute
          </button>
        </li>
      ))}
    </ul>
  );
}

/** What moderators have done, newest first. */
export function AuditLog({
  records,
  nameOf,
}: {
  records: readonly AuditRecord[];
  nameOf: (id: string) => string;
}) {
  return (
    <ul class="records" aria-label="Audit log">
      {records.map((record) => (
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
  );
}
