export type { Entry } from './built.ts';
export type { ChatEdge } from './constructs/edge.ts';
export { type Settings, SettingsError } from './context-settings.ts';
export {
  type ChatFunctions,
  LiveEventChat,
  type LiveEventChatProps,
  type ReviewOptions,
} from './live-event-chat.ts';
