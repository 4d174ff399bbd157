import { managementApi } from '../../shared/delivery/posting/management-api.ts';
import { newPoster } from '../../shared/delivery/posting/poster.ts';
import { environment } from './environment.ts';

export const poster = newPoster(managementApi(environment.managementEndpoint));
