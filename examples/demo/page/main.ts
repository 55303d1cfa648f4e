import { shopPaths, type Shop } from "../shop.js";
import { byId, element } from "./element.js";
import { Gallery } from "./gallery.js";
import { Likes } from "./likes.js";
import { showLikes } from "./likesStrip.js";
import { ModelChoice } from "./modelChoice.js";
import { offerModels } from "./offerModels.js";
import { PicksList } from "./picksList.js";
import { popularModel } from "./popularModel.js";
import { ProductDialog } from "./productDialog.js";
import { Recommendations } from "./recommendations.js";
import { remembered } from "./remembered.js";
import { keepOffline } from "./offline.js";
import { switchTheme } from "./theme.js";
import { OWN_MODEL, TrainingDialog } from "./trainingDialog.js";

async function readShop(): Promise<Shop> {
  const response = await fetch(shopPaths.shop);
  if (!response.ok) throw new Error(`${shopPaths.shop}: the server answers ${response.status}`);
  return (await response.json()) as Shop;
}

function showFailure(error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  const place = byId("model-note", HTMLElement);
  place.querySelector(".failure")?.remove();
  place.append(element("span", { class: "failure", role: "alert" }, message));
}

async function start(): Promise<void> {
  const storage = remembered();
  const onColours = switchTheme(byId("theme", HTMLButtonElement), storage);
  const shop = await readShop();
  const likes = new Likes(shop.products.length, storage);
  const models = new ModelChoice(["Popular", "LightGCN", "KSI", OWN_MODEL], () => {
    recommendations.refresh();
  });
  const product = new ProductDialog(shop, likes, () => models.current!);
  const open = (item: number): void => {
    product.show(item).catch(showFailure);
  };
  const list = new PicksList(shop, likes, open);
  const titleOf = (item: number): string => shop.products[item]!.title;
  const recommendations = new Recommendations(likes, models, list, {
    storage,
    titleOf,
    onFailure: showFailure,
  });
  new Gallery(shop.products, likes, open);
  showLikes(shop, likes);
  const popular = popularModel(shop);
  const training = new TrainingDialog(models, popular);
  onColours(() => {
    training.draw();
  });
  models.offer(popular);
  models.suggest(popular.name);
  await offerModels(shop.models, models, popular);
  keepOffline();
}

start().catch(showFailure);
