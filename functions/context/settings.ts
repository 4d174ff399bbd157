import { chatSettings } from '../../shared/config.ts';
import { environment } from './environment.ts';

export const settings = chatSettings.parse(JSON.parse(environment.settings));
