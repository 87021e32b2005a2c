"""Which agents are there, and where do they stand?"""

from http import HTTPStatus

from fastapi import APIRouter

from roomreach_api.agents.schemas import AgentOut, Agents
from roomreach_api.agents.service import describe
from roomreach_api.dependencies import Caller
from roomreach_api.problems import problems
from roomreach_api.schemas import AgentPath

router = APIRouter(prefix="/agents", tags=["agents"])


@router.get("", responses=problems())
def list_agents(reading: Caller) -> Agents:
    """List every agent you may see."""
    agents = [describe(agent, reading) for agent in reading.places.agents()]
    return Agents(as_of=reading.now, agents=agents)


@router.get("/{agent}", responses=problems(HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY))
def read_agent(agent: AgentPath, reading: Caller) -> AgentOut:
    """Read one agent; what it said last is at `/api/v1/latest`."""
    return describe(reading.places.agent(agent), reading)
