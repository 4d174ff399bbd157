/** What a release does with the table, for whoever runs it beside another one: fixtures/{version}.mjs is this, bundled. */
export { connectionClosed } from '../../shared/chat/disconnect.ts';
export { getHistory } from '../../shared/chat/get-history.ts';
export { joinEvent } from '../../shared/chat/join-event.ts';
export { leaveEvent } from '../../shared/chat/leave-event.ts';
export { ban } from '../../shared/chat/moderation/ban.ts';
export { deleteMessage } from '../../shared/chat/moderation/delete-message.ts';
export { pin } from '../../shared/chat/moderation/pin.ts';
export { updateEvent } from '../../shared/chat/moderation/update-event.ts';
export { react } from '../../shared/chat/react.ts';
export { sendMessage } from '../../shared/chat/send-message.ts';
export { sweep } from '../../shared/chat/sweep.ts';
export { catchUp } from '../../shared/delivery/deliver.ts';
export { getConnection, putConnection } from '../../shared/store/connections.ts';
export { createEvent, getEvent } from '../../shared/store/events.ts';
