"""NeuroGraph of seed 000: tokens in a space, a graph that grows between them, and a guardian of its DNA.

The components are event emitters that subscribe their own methods; none holds another.
"""

from __future__ import annotations

from connectors.demo.world import Service, World
from eventscope import Event, EventCategory, EventHandler, EventPriority

__all__ = ["run"]

EVENTS_EACH = 2.55
"""Events that one action of the token service publishes on average; a test measures it."""

TOKEN_TYPES = ("data", "concept", "relation", "sensor", "memory")
RULES = ("dimension_limit", "weight_range", "mutation_rate", "forbidden_pattern")
BIG_CLUSTER = 100


class TokenService(Service):
    """Creates, updates and withdraws tokens."""

    async def act(self, number: int) -> None:
        """Mostly a token is created; sometimes one is updated, or one is asked for that is not there."""
        chance = self.world.dice("token", number)
        token_id = f"tok-{number:06x}"
        if chance.random() < 0.7:
            place = [round(chance.gauss(0, 12), 3) for _ in range(8)]
            token = {"token_id": token_id, "coordinates": place, "token_type": chance.choice(TOKEN_TYPES)}
            await self.say("token.created", token, nth=number)
        elif chance.random() < 0.9:
            weight = {"weight": round(chance.random(), 4), "flags": chance.getrandbits(16)}
            await self.say("token.updated", {"token_id": token_id, "updates": weight}, nth=number)
        else:
            missing = {"error_type": "token_not_found", "error_message": f"Token {token_id} not found"}
            await self.say("error.token_not_found", missing, nth=number, priority=EventPriority.HIGH)

    @EventHandler.on("dna.constraint_violated", subscription_name="token_withdrawal")
    async def withdraw(self, event: Event) -> None:
        """A token that breaks a rule goes at once."""
        await self.world.work(self.chance(event), 2, spread=0.5)
        reason = event.payload["violated_rule"]
        token = {"token_id": event.payload["token_id"], "reason": reason}
        await self.say("token.deleted", token, priority=EventPriority.HIGH)


class DNAGuardian(Service):
    """Holds each new token against the DNA specification."""

    @EventHandler.on("token.created", subscription_name="dna_validation")
    async def validate(self, event: Event) -> None:
        """One token in twenty-five breaks a rule, which cannot wait."""
        chance = self.chance(event)
        await self.world.work(chance, 3)
        if chance.random() < 1 / 25:
            violation = {
                "operation": "create_token",
                "token_id": event.payload["token_id"],
                "violated_rule": chance.choice(RULES),
                "params": {"dimension": chance.randrange(8), "value": round(chance.uniform(24, 60), 3)},
            }
            await self.say("dna.constraint_violated", violation, priority=EventPriority.CRITICAL)

    @EventHandler.on("evolution.generation_completed", subscription_name="dna_mutation")
    async def mutate(self, event: Event) -> None:
        """The fittest rule set of a generation becomes the specification."""
        chance = self.chance(event)
        await self.world.work(chance, 12)
        change = {"rule": chance.choice(RULES), "old": round(chance.random(), 3), "new": round(chance.random(), 3)}
        await self.say("dna.mutated", {"mutation": change}, priority=EventPriority.HIGH)


class SpatialIndex(Service):
    """Knows where tokens lie."""

    @EventHandler.on("token.created", subscription_name="spatial_index")
    async def index(self, event: Event) -> None:
        """Find the cell and the neighbours of a new token."""
        chance = self.chance(event)
        await self.world.work(chance, 12)
        cell = [int(c // 4) for c in event.payload["coordinates"][:3]]
        neighbours = [f"tok-{chance.randrange(4096):06x}" for _ in range(chance.choice((0, 1, 1, 2)))]
        found = {"token_id": event.payload["token_id"], "cell": cell, "neighbours": neighbours}
        await self.say("spatial.indexed", found, category=EventCategory.SPATIAL, priority=EventPriority.LOW)


class GraphManager(Service):
    """Connects neighbours, and sees clusters."""

    @EventHandler.on("spatial.indexed", subscription_name="graph_growth")
    async def connect(self, event: Event) -> None:
        """A connection to each neighbour; one time in twelve a cluster shows itself."""
        chance, token_id = self.chance(event), event.payload["token_id"]
        await self.world.work(chance, 11)
        for n, neighbour in enumerate(event.payload["neighbours"]):
            edge = {"source": token_id, "target": neighbour, "weight": round(chance.random(), 4)}
            await self.say("graph.connection_added", edge | {"connection_type": "spatial"}, nth=n)
        if chance.random() < 1 / 12:
            size = chance.randrange(12, 160)
            urgency = EventPriority.HIGH if size > BIG_CLUSTER else EventPriority.NORMAL
            cluster = {"cluster_id": f"cl-{chance.getrandbits(16):04x}", "size": size, "density": round(40 / size, 3)}
            await self.say("graph.cluster_detected", cluster, priority=urgency)


class ExperienceStream(Service):
    """Records what tokens, graph and evolution go through, with a reward."""

    WATCHED = (EventCategory.TOKEN, EventCategory.GRAPH, EventCategory.EVOLUTION)

    @EventHandler.on(categories=list(WATCHED), subscription_name="experience_recorder")
    async def record(self, event: Event) -> None:
        """One record in thirty fills a batch."""
        chance = self.chance(event)
        await self.world.work(chance, 5)
        if chance.random() < 1 / 30:
            reward = 1.0 if event.category == EventCategory.EVOLUTION else round(chance.uniform(-1, 1), 2)
            batch = {"batch": f"exp-{chance.getrandbits(20):05x}", "events": 30, "mean_reward": reward}
            await self.say("experience.batch_stored", batch, priority=EventPriority.LOW)


class Evolution(Service):
    """Ends a generation every now and then."""

    async def act(self, number: int) -> None:
        """A generation is over."""
        chance = self.world.dice("generation", number)
        result = {"generation": number, "best_fitness": round(chance.betavariate(8, 2), 4), "population": 128}
        await self.say("evolution.generation_completed", result, nth=number)


async def run(world: World) -> None:
    """Let the graph grow until the world ends; every fortieth action ends a generation."""
    tokens, evolution = TokenService(world, "token_service"), Evolution(world, "evolution_engine")
    world.open(
        tokens,
        evolution,
        DNAGuardian(world, "dna_guardian"),
        SpatialIndex(world, "spatial_index"),
        GraphManager(world, "graph_manager"),
        ExperienceStream(world, "experience_stream"),
    )
    async for number in world.arrivals(EVENTS_EACH):
        await (evolution if number % 40 == 39 else tokens).act(number)
