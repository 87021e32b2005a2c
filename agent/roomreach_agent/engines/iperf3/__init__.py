"""iperf3: from this agent to the building's reference agent: the Wi-Fi, measured without the line."""
