import { sdkPoster } from '../../shared/delivery/poster.ts';
import { environment } from './environment.ts';

export const poster = sdkPoster(environment.managementEndpoint);
