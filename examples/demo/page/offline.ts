import { byId } from "./element.js";

/**
 * Lets a service worker keep the page for times without a connection. It also sends the page along with the headers
 * that allow threads, which a plain file host does not, from the next visit on.
 */
export function keepOffline(): void {
  const facts = byId("facts", HTMLElement);
  // Absent where the page came over plain http.
  const container = navigator.serviceWorker as ServiceWorkerContainer | undefined;
  if (container === undefined) return;
  container
    .register("sw.js")
    .then(() => container.ready)
    .then(
      () => {
        document.documentElement.dataset["offline"] = "ready";
        facts.append(" Kept for visits without a connection.");
      },
      () => {
        facts.append(" This browser keeps no pages for visits without a connection.");
      },
    );
}
