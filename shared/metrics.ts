/**
 * What the functions count and measure, with CloudWatch's unit. All have one dimension, the stack, so each is one custom metric for a
 * deployment, whatever happens in it: no ids of events, connections or people. Reference: docs/operations.md.
 */
export const metricUnits = {
  /** Messages with a number. */
  Messages: 'Count',
  /** Messages times the connections that a window took them to. */
  Deliveries: 'Count',
  Windows: 'Count',
  /** Of a window: from the time of its oldest message until all have been served. */
  DeliveryLag: 'Milliseconds',
  /** Of a window: the connections that it found. */
  Audience: 'Count',
  FramesPosted: 'Count',
  /** All frames, also answers. */
  BytesPosted: 'Bytes',
  /** Messages refused because the room has more than it can hear. */
  RoomGuard: 'Count',
  Joins: 'Count',
  Reactions: 'Count',
  ConnectionsOpened: 'Count',
  /** By `$connect`: a token, an origin or a query that is not taken, or an error. */
  ConnectionsRefused: 'Count',
  /** Of connections that have ended, begun ones too. */
  ConnectionMinutes: 'Count',
  ConnectionsGone: 'Count',
  ConnectionsDropped: 'Count',
  ConnectionsThrottled: 'Count',
  Heartbeats: 'Count',
  Recoveries: 'Count',
  RecoveriesRefused: 'Count',
  HolesClosed: 'Count',
  /** Events that the sweep found waiting though the stream should have delivered them. */
  FoundBySweep: 'Count',
  ModerationActs: 'Count',
  Reviewed: 'Count',
  ReviewFailed: 'Count',
  Denied: 'Count',
  Published: 'Count',
  /** Lines of the level ERROR. */
  Errors: 'Count',
} as const;

export type Metric = keyof typeof metricUnits;

export interface Metrics {
  /** One value of a metric, in its unit; 0 is none. */
  count(metric: Metric, value: number): void;
}
