import type { ChatSettings } from '../../shared/settings.ts';
import { environment } from './environment.ts';

/** Checked when the template was made: infra/config.ts. */
export const settings = JSON.parse(environment.settings) as ChatSettings;
