import type { ChatSettings } from '../../shared/settings.ts';
import { environment } from './environment.ts';

/** Validated when the template was synthesized: infra/context-settings.ts. */
export const settings = JSON.parse(environment.settings) as ChatSettings;
