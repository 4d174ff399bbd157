import { managementApi } from '../../shared/delivery/management-api.ts';
import { newPoster } from '../../shared/delivery/poster.ts';
import { environment } from './environment.ts';

export const poster = newPoster(managementApi(environment.managementEndpoint));
