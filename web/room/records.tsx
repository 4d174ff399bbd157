import type { AuditRecord, Ban, Mute } from '../../client/index.ts';
import { toShort } from './times.ts';

export const sanctions = {
  /** Who cannot come in. */
  Bans: { nobody: 'Nobody is banned.', lift: 'Unban' },
  /** Who may read, and not write. */
  Mutes: { nobody: 'Nobody is muted.', lift: 'Unmute' },
};
export type SanctionKind = keyof typeof sanctions;

interface SanctionListProps {
  kind: SanctionKind;
  people: readonly (Ban | Mute)[];
  onLift: (one: Ban | Mute) => void;
}

export function SanctionList({ kind, people, onLift }: SanctionListProps) {
  const { nobody, lift } = sanctions[kind];
  return (
    <ul class="records" aria-label={kind}>
      {people.length === 0 && <li>{nobody}</li>}
      {people.map((one) => (
        <li key={one.participantId}>
          <b>{one.username ?? one.participantId}</b>{' '}
          {one.expiresAt ? `until ${toShort(one.expiresAt)}` : 'for good'}
          {one.reason && `: ${one.reason}`}{' '}
          <button type="button" class="bare" onClick={() => onLift(one)}>
            {lift}
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
