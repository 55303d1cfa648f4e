/** The HTTP service of `mmkit serve`, for programs that start it themselves. */
export type { ReloadResult } from "./modelSlot.js";
export type { LogStream } from "./httpServer.js";
export type { ServedModel } from "./servedModel.js";
export { UnservableExportError } from "./threadError.js";
export { ListenError, startService, type RunningService } from "./service.js";
export {
  checkServiceSettings,
  defaultServiceSettings,
  ServiceSettingsError,
  type ServiceSettings,
} from "./serviceSettings.js";
