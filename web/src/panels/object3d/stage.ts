/** Draws a three-dimensional object on a canvas. Heavy: loaded when the first one is looked at. */
import {
  AmbientLight,
  Box3,
  BufferAttribute,
  BufferGeometry,
  DirectionalLight,
  LineBasicMaterial,
  LineSegments,
  LoadingManager,
  type Material,
  Mesh,
  MeshStandardMaterial,
  type Object3D,
  PerspectiveCamera,
  Points,
  PointsMaterial,
  Scene,
  Sphere,
  Vector3,
  WebGLRenderer,
} from "three";
import { OrbitControls } from "three/examples/jsm/controls/OrbitControls.js";
import { GLTFLoader } from "three/examples/jsm/loaders/GLTFLoader.js";
import { OBJLoader } from "three/examples/jsm/loaders/OBJLoader.js";
import { STLLoader } from "three/examples/jsm/loaders/STLLoader.js";
import type { Format } from "./format";
import { readPointScene } from "./points";

export type UpAxis = "y" | "z";

export interface Stage {
  /** points of a cloud, or triangles of a model */
  count: number;
  /** how many of them are drawn */
  drawn: number;
  isCloud: boolean;
  up: UpAxis;
  setUp: (up: UpAxis) => void;
  setPointSize: (px: number) => void;
  /** the colour of what brings none */
  setInk: (color: string) => void;
  /** by radians */
  turn: (around: number, over: number) => void;
  /** below 1 comes nearer */
  zoom: (by: number) => void;
  reset: () => void;
  dispose: () => void;
}

interface Content {
  object: Object3D;
  count: number;
  drawn: number;
  isCloud: boolean;
}

const FIELD_OF_VIEW = 45;
const MARGIN = 0.95;

/** Shows the file in `host`, at its size. Rejects when it cannot be read or the browser has no WebGL; then nothing is left behind. */
export async function openStage(host: HTMLElement, data: ArrayBuffer, format: Format): Promise<Stage> {
  const content = await read(data, format);
  const renderer = new WebGLRenderer({ antialias: true, alpha: true });
  const camera = new PerspectiveCamera(FIELD_OF_VIEW);
  const scene = new Scene();
  const sun = new DirectionalLight(0xffffff, 2.2);
  camera.add(sun);
  sun.position.set(1, 1.5, 1);
  scene.add(camera, new AmbientLight(0xffffff, 1), content.object);
  renderer.setPixelRatio(Math.min(window.devicePixelRatio, 2));
  host.append(renderer.domElement);
  let controls: OrbitControls | null = null;
  const draw = () => renderer.render(scene, camera);
  const place = new Vector3();

  const sphere = new Box3().setFromObject(content.object).getBoundingSphere(new Sphere());
  const radius = sphere.radius || 1;
  const far = (radius * MARGIN) / Math.sin((FIELD_OF_VIEW / 2) * (Math.PI / 180));
  camera.near = radius / 100;
  camera.far = radius * 100;
  let up: UpAxis = content.isCloud ? "z" : "y";
  const reset = () => {
    const from = up === "z" ? new Vector3(0.8, -1.2, 0.8) : new Vector3(0.8, 0.7, 1.2);
    camera.position.copy(sphere.center).addScaledVector(from.normalize(), far);
    controls?.target.copy(sphere.center);
    controls?.update();
    draw();
  };
  const setUp = (axis: UpAxis) => {
    up = axis;
    camera.up.set(0, axis === "y" ? 1 : 0, axis === "z" ? 1 : 0);
    // controls take the axis from the camera when they are made, and only then
    controls?.dispose();
    controls = new OrbitControls(camera, renderer.domElement);
    controls.addEventListener("change", draw);
    reset();
  };
  const target = () => place.copy(controls?.target ?? sphere.center);
  const resize = () => {
    const { clientWidth: width, clientHeight: height } = host;
    if (width === 0 || height === 0) return;
    renderer.setSize(width, height);
    camera.aspect = width / height;
    camera.updateProjectionMatrix();
    draw();
  };
  const sizes = new ResizeObserver(resize);
  sizes.observe(host);
  resize();
  setUp(up);
  return {
    count: content.count,
    drawn: content.drawn,
    isCloud: content.isCloud,
    get up() {
      return up;
    },
    setUp,
    setPointSize: (px) => {
      each(content.object, ({ material }) => {
        if (material instanceof PointsMaterial) material.size = px;
      });
      draw();
    },
    setInk: (color) => {
      each(content.object, ({ material }) => {
        if (material instanceof PointsMaterial && !material.vertexColors) material.color.set(color);
      });
      draw();
    },
    turn: (around, over) => {
      const offset = camera.position.clone().sub(target());
      const side = new Vector3().crossVectors(camera.up, offset).normalize();
      offset.applyAxisAngle(camera.up, around);
      const tilted = offset.clone().applyAxisAngle(side, over);
      // never over the pole
      if (Math.abs(tilted.clone().normalize().dot(camera.up)) < 0.99) offset.copy(tilted);
      camera.position.copy(target()).add(offset);
      controls?.update();
      draw();
    },
    zoom: (by) => {
      camera.position.sub(target()).multiplyScalar(by).add(target());
      controls?.update();
      draw();
    },
    reset,
    dispose: () => {
      sizes.disconnect();
      controls?.dispose();
      each(content.object, ({ geometry, material }) => {
        geometry.dispose();
        for (const one of [material].flat()) one.dispose();
      });
      renderer.dispose();
      renderer.forceContextLoss();
      renderer.domElement.remove();
    },
  };
}

type Drawn = Object3D & { geometry: BufferGeometry; material: Material };

function each(object: Object3D, visit: (drawn: Drawn) => void): void {
  object.traverse((one) => {
    if (one instanceof Mesh || one instanceof Points || one instanceof LineSegments) visit(one as Drawn);
  });
}

const surface = () => new MeshStandardMaterial({ color: 0x8fa3b5, roughness: 0.75, metalness: 0.05 });

async function read(data: ArrayBuffer, format: Format): Promise<Content> {
  if (format === "points") return cloud(data);
  const object = await model(data, format);
  let count = 0;
  each(object, ({ geometry }) => {
    count += (geometry.index ?? geometry.getAttribute("position"))?.count ?? 0;
  });
  if (count === 0) throw new Error("there is nothing in it to draw");
  const triangles = Math.ceil(count / 3);
  return { object, count: triangles, drawn: triangles, isCloud: false };
}

async function model(data: ArrayBuffer, format: Exclude<Format, "points">): Promise<Object3D> {
  if (format === "stl") {
    const geometry = new STLLoader().parse(data);
    // many writers leave them out
    geometry.computeVertexNormals();
    return new Mesh(geometry, surface());
  }
  if (format === "obj") {
    const object = new OBJLoader().parse(new TextDecoder().decode(data));
    object.traverse((one) => {
      if (one instanceof Mesh) one.material = surface();
    });
    return object;
  }
  // what it asks for from elsewhere is not fetched
  const manager = new LoadingManager().setURLModifier((url) => (/^(data|blob):/.test(url) ? url : "data:,"));
  return (await new GLTFLoader(manager).parseAsync(data, "")).scene;
}

function cloud(data: ArrayBuffer): Content {
  const read = readPointScene(JSON.parse(new TextDecoder().decode(data)));
  if (!read) throw new Error("there is nothing in it to draw");
  const points = new BufferGeometry().setAttribute("position", new BufferAttribute(read.positions, 3));
  if (read.colors) points.setAttribute("color", new BufferAttribute(read.colors, 3));
  const object = new Scene();
  object.add(
    new Points(points, new PointsMaterial({ size: 2, sizeAttenuation: false, vertexColors: read.colors !== null })),
  );
  if (read.lines.length > 0) {
    const lines = new BufferGeometry().setAttribute("position", new BufferAttribute(read.lines, 3));
    lines.setAttribute("color", new BufferAttribute(read.lineColors, 3));
    object.add(new LineSegments(lines, new LineBasicMaterial({ vertexColors: true })));
  }
  return { object, count: read.total, drawn: read.positions.length / 3, isCloud: true };
}
