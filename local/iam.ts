/**
 * Decides whether the caller with this access key may do this. Each function has an access key of its own, so a call
 * that the template does not grant is refused here as it would be on AWS. A key that belongs to no function is the
 * developer's and may do everything.
 */
export type Authorize = (accessKeyId: string, action: string, resourceArn: string) => boolean;
