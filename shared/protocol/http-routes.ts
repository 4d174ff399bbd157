export interface HttpRoute {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  path: string;
  /** Who may call it: everybody, operators, or those who may moderate the event. */
  access: 'everybody' | 'operators' | 'moderators';
  /** An act of operators of which an audience is told. */
  tells?: true;
}

/**
 * Every route of the HTTP API (docs/protocol.md, "HTTP"), by what it does. The templates and the functions use this list.
 */
export const httpRoutes = {
  listEvents: { method: 'get', path: '/api/events', access: 'everybody' },
  getEvent: { method: 'get', path: '/api/events/{id}', access: 'everybody' },
  listMessages: { method: 'get', path: '/api/events/{id}/messages', access: 'everybody' },
  openapi: { method: 'get', path: '/openapi.json', access: 'everybody' },
  exportMessages: { method: 'get', path: '/api/events/{id}/export', access: 'operators' },
  asyncapi: { method: 'get', path: '/asyncapi.json', access: 'everybody' },
  createEvent: { method: 'post', path: '/api/events', access: 'operators' },
  listRefusals: { method: 'get', path: '/api/audit', access: 'operators' },
  updateEvent: { method: 'patch', path: '/api/events/{id}', access: 'moderators' },
  publishMessage: { method: 'post', path: '/api/events/{id}/messages', access: 'moderators' },
  deleteEvent: { method: 'delete', path: '/api/events/{id}', access: 'operators', tells: true },
  eraseMessages: { method: 'delete', path: '/api/events/{id}/messages', access: 'moderators' },
  deleteMessage: { method: 'delete', path: '/api/events/{id}/messages/{seq}', access: 'moderators' },
  pin: { method: 'put', path: '/api/events/{id}/pin', access: 'moderators' },
  unpin: { method: 'delete', path: '/api/events/{id}/pin', access: 'moderators' },
  postReactions: { method: 'post', path: '/api/events/{id}/reactions', access: 'moderators' },
  kick: { method: 'post', path: '/api/events/{id}/kicks', access: 'moderators' },
  listBans: { method: 'get', path: '/api/events/{id}/bans', access: 'moderators' },
  ban: { method: 'post', path: '/api/events/{id}/bans', access: 'moderators' },
  unban: { method: 'delete', path: '/api/events/{id}/bans/{participantId}', access: 'moderators' },
  listMutes: { method: 'get', path: '/api/events/{id}/mutes', access: 'moderators' },
  mute: { method: 'post', path: '/api/events/{id}/mutes', access: 'moderators' },
  unmute: { method: 'delete', path: '/api/events/{id}/mutes/{participantId}', access: 'moderators' },
  listAudit: { method: 'get', path: '/api/events/{id}/audit', access: 'moderators' },
} as const satisfies Record<string, HttpRoute>;
